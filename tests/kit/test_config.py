"""Settings: production refuses what is unsafe, every one is documented, a wrong value says which."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

import config

GOOD = {"LMS_ENVIRONMENT": "production", "LMS_SECRET_KEY": "k" * 32, "LMS_SECURE_COOKIES": "1"}
SETTINGS = Path(config.__file__).parent / "docs" / "settings.md"


def test_production_starts_with_safe_settings() -> None:
    assert config.load(GOOD).environment == "production"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"LMS_SECRET_KEY": config.DEFAULT_SECRET}, "LMS_SECRET_KEY"),
        ({"LMS_SECRET_KEY": "k" * 31}, "LMS_SECRET_KEY"),
        ({"LMS_DEBUG": "1"}, "LMS_DEBUG"),
        ({"LMS_SECURE_COOKIES": "0"}, "LMS_SECURE_COOKIES"),
        ({"LMS_ENVIRONMENT": "prod"}, "LMS_ENVIRONMENT"),
        ({"PORT": "http"}, "PORT"),
        ({"LMS_DEBUG": "perhaps"}, "LMS_DEBUG"),
        ({"LMS_BUSY_SECONDS": "x"}, "LMS_BUSY_SECONDS"),
        ({"LMS_MAIL_TLS": "ssl"}, "LMS_MAIL_TLS"),
        ({"LMS_MAIL_HOST": "mail.test", "LMS_PUBLIC_URL": "https://x.test"}, "LMS_MAIL_FROM"),
        ({"LMS_MAIL_HOST": "mail.test", "LMS_MAIL_FROM": "u@x.test"}, "LMS_PUBLIC_URL"),
        ({"LMS_MAIL_USER": "u", "LMS_MAIL_TLS": "none"}, "LMS_MAIL_TLS"),
        ({"LMS_OUTBOX_LEASE_SECONDS": "120"}, "LMS_OUTBOX_LEASE_SECONDS"),
    ],
)
def test_unsafe_or_senseless_settings_stop_the_start(change: dict[str, str], named: str) -> None:
    with pytest.raises(config.ConfigError, match=named):
        config.load(GOOD | change)


def test_settings_pass_through_an_environment_unchanged() -> None:
    chosen = config.load(GOOD | {"LMS_COMPANY": "Ñandú", "LMS_BUSY_SECONDS": "2.5", "LMS_WORKERS": "3"})
    assert config.load(config.environ_of(chosen)) == chosen


def test_default_secret_is_refused_in_production() -> None:
    with pytest.raises(config.ConfigError, match="LMS_SECRET_KEY"):
        config.load({key: value for key, value in GOOD.items() if key != "LMS_SECRET_KEY"})


def test_the_database_gets_our_driver() -> None:
    for url in ("postgres://a/b", "postgresql://a/b"):
        assert config.load({"DATABASE_URL": url}).database == "postgresql+psycopg://a/b"
    assert config.load({"LMS_INSTANCE_DIR": "/x"}).database == "sqlite:////x/umbral.db"


@pytest.mark.parametrize("setting", fields(config.Settings), ids=lambda setting: setting.name)
def test_every_setting_is_documented_with_its_default(setting: object) -> None:
    name, default, doc = setting.name, setting.default, setting.metadata["doc"]  # type: ignore[attr-defined]
    (line,) = [row for row in SETTINGS.read_text().splitlines() if row.startswith(f"| `{config.env_name(name)}` |")]
    shown = {True: "1", False: "0"}[default] if isinstance(default, bool) else str(default)
    expected = "a development secret" if name == "secret_key" else f"`{shown}`" if shown else "empty"
    assert line == f"| `{config.env_name(name)}` | {expected} | {doc} |"


def test_no_setting_is_documented_that_is_not_there() -> None:
    rows = [line for line in SETTINGS.read_text().splitlines() if line.startswith("| `")]
    assert len(rows) == len(fields(config.Settings))
