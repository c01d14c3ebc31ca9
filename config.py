"""Settings from the environment. Every limit of the product is named here, with its default; `docs/settings.md` lists them.

A setting is read from the environment variable `LMS_<NAME>` (and `DATABASE_URL`, `PORT` by their usual names).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
DEFAULT_SECRET = "development only: set LMS_SECRET_KEY"  # noqa: S105 - production refuses to start with it


class ConfigError(Exception):
    """A setting that cannot be used; the message says which and what to do."""


def _setting(default: Any, doc: str) -> Any:
    return field(default=default, metadata={"doc": doc})


@dataclass(frozen=True)
class Settings:
    """Every setting with its default. `doc` is what `docs/settings.md` says of it."""

    environment: str = _setting("development", "`development`, `production`, `demo` or `test`.")
    secret_key: str = _setting(DEFAULT_SECRET, "Signs cookies and forms; 32 random characters or more in production.")
    former_secret_keys: str = _setting(
        "", "Earlier values of `LMS_SECRET_KEY`, separated by blanks: what keys made with them signed still counts."
    )
    debug: bool = _setting(False, "Flask's debugger; refused in production.")
    database_url: str = _setting(
        "", "`DATABASE_URL`: `sqlite:///FILE` or `postgresql://…`; empty: `umbral.db` in the instance folder."
    )
    instance_dir: str = _setting("", "Where files of this installation live; empty: `instance/` beside the code.")
    content_dir: str = _setting("", "The folder with `courses/` and `question_banks/`; empty: beside the code.")
    company: str = _setting("Centro de contacto", "The company's name, on pages and certificates.")
    public_url: str = _setting("", "The address people reach the site at, for QR codes; empty: taken from the request.")
    zone: str = _setting("America/Argentina/Buenos_Aires", "Time zone of pages that belong to no site.")
    host: str = _setting("127.0.0.1", "Address that `lms serve` listens on.")
    port: int = _setting(8000, "`PORT`: port that `lms serve` listens on.")
    workers: int = _setting(2, "Server processes.")
    threads: int = _setting(4, "Threads of each server process.")
    housekeeping_seconds: int = _setting(
        60, "How often the worker closes expired attempts and seals the audit trail; 0: `lms serve` starts no worker."
    )
    trusted_proxies: int = _setting(0, "Reverse proxies in front whose forwarded headers are believed.")
    secure_cookies: bool = _setting(
        False, "Send cookies over HTTPS only; on in production, which refuses to start without."
    )
    session_idle_minutes: int = _setting(120, "A session without a request for this long ends.")
    session_hours: int = _setting(12, "A session ends this long after signing in, whatever happens.")
    code_hours: int = _setting(48, "A one-time sign-in code is good for this long.")
    password_min: int = _setting(10, "Shortest password.")
    password_max: int = _setting(128, "Longest password.")
    throttle_failures: int = _setting(8, "Failed sign-ins on one identifier within the window before it must wait.")
    throttle_address: int = _setting(60, "Failed sign-ins from one address within the window before it must wait.")
    throttle_site_address: int = _setting(
        600, "The same for an address in `site_ranges`: a whole floor sits behind one address."
    )
    throttle_minutes: int = _setting(15, "The window of the three limits above.")
    site_ranges: str = _setting("", "Address ranges of the company's sites, separated by commas (CIDR).")
    argon2_memory_kib: int = _setting(19_456, "Memory of one password hash (OWASP's first choice with t=2, p=1).")
    argon2_time: int = _setting(2, "Passes of one password hash.")
    max_request_kib: int = _setting(256, "Largest request body.")
    busy_seconds: float = _setting(10.0, "How long a write waits for another writer.")
    page_size: int = _setting(50, "Rows of one page of a list.")
    home_rows: int = _setting(8, "Rows of each list of the start page; what is more stands on the page it leads to.")
    home_people: int = _setting(300, "Largest team whose doors the start page counts, and `/equipo` filters by door.")
    hours_months: int = _setting(36, "Longest period of one report of hours, in months.")
    answer_grace_seconds: int = _setting(60, "An answer that arrives this long after the deadline still counts.")
    mark_gap_percent: int = _setting(
        25, "Two people who mark an open answer may differ by this share of its points; beyond it a third decides."
    )
    regrade_at_once: int = _setting(200, "A regrade that changes more results than this is done by the worker.")
    dispute_length: int = _setting(2_000, "Longest text of a dispute and of its answer.")
    survey_minimum: int = _setting(5, "Anonymous results are shown from this many answers, and per this many new ones.")
    gap_days: int = _setting(90, "After an absence longer than this, earlier verifications are stale.")
    history_file_mib: int = _setting(64, "Largest file of `lms history import`.")
    history_unpacked_mib: int = _setting(1024, "What an XLSX file may unpack to.")
    history_rows: int = _setting(500_000, "Most rows of one import.")
    history_text: int = _setting(500, "Longest text of a cell that is imported.")
    history_faults: int = _setting(20_000, "Faults of an import that are listed one by one; those beyond are counted.")
    search_results: int = _setting(8, "Results of each kind that a search shows.")
    search_words: int = _setting(6, "Words of a search that count; those beyond are left out, and it says so.")
    action_plan_days: int = _setting(14, "Days to close the action plan that a failed verification opens.")
    redis_url: str = _setting("", "`redis://…` of the queue of jobs; empty: a file in the instance folder.")
    worker_pause_seconds: float = _setting(1.0, "How long an idle worker waits before it looks for work again.")
    outbox_batch: int = _setting(100, "Messages of one kind that the worker carries before it looks round.")
    outbox_tries: int = _setting(8, "Tries of a message of the outbox before it is given up.")
    outbox_base_seconds: float = _setting(30.0, "Wait after a message's first failure; it doubles with each one.")
    outbox_cap_seconds: float = _setting(21_600.0, "Longest wait between two tries of a message.")
    outbox_lease_seconds: float = _setting(300.0, "After this long, a message whose worker died is taken up again.")
    outbox_keep_days: int = _setting(30, "Messages that were sent are forgotten after this many days.")
    job_threads: int = _setting(2, "Jobs that one worker does at the same time.")
    job_tries: int = _setting(3, "Tries of a job before it has failed.")
    job_base_seconds: float = _setting(10.0, "Wait after a job's first failure; it doubles with each one.")
    job_cap_seconds: float = _setting(600.0, "Longest wait between two tries of a job.")
    job_lease_seconds: float = _setting(60.0, "After this long, a job whose worker died is taken up again.")
    job_lost_seconds: float = _setting(60.0, "A job that waits this long in the queue is put there again.")
    job_keep_days: int = _setting(14, "Jobs that ended, with their results, leave the tray after this many days.")
    mail_host: str = _setting("", "Server that takes e-mail (SMTP); empty: no e-mail is sent.")
    mail_port: int = _setting(587, "Its port.")
    mail_user: str = _setting("", "User to sign in to it with; empty: without signing in.")
    mail_password: str = _setting("", "The user's password.")
    mail_tls: str = _setting("starttls", "`none`, `starttls` or `tls`.")
    mail_from: str = _setting("", "Sender of every e-mail, such as `Umbral <umbral@example.com>`.")
    mail_timeout_seconds: float = _setting(20.0, "How long the mail server may take for one answer.")
    mail_deadline_seconds: float = _setting(120.0, "How long one e-mail may take in all.")
    notice_keep_days: int = _setting(90, "Notices leave the list after this many days.")
    notice_expiry_days: int = _setting(30, "Days before its end that a certificate's holder is told.")
    doctor_late_minutes: int = _setting(
        15, "A message or a job that waits this long, or a worker silent for as long, is told by `lms doctor`."
    )
    doctor_files: int = _setting(1_000, "Stored files that `lms doctor` reads and compares, the newest first; 0: all.")
    redis_timeout_seconds: float = _setting(5.0, "How long Redis may take to answer `lms doctor`.")
    evidence_kib: int = _setting(10_240, "Largest evidence file, in KiB.")
    evidence_files: int = _setting(5, "Evidence files that one form takes.")
    evidence_types: str = _setting("pdf png jpeg webp csv xlsx txt", "Kinds of file that are taken as evidence.")
    media_kib: int = _setting(4_096, "Largest picture or sound of a question, in KiB.")
    result_kib: int = _setting(262_144, "Largest file that long work leaves as its result, in KiB.")
    result_types: str = _setting("csv xlsx pdf zip txt", "Kinds of file that long work may leave.")
    question_file_kib: int = _setting(65_536, "Largest file of questions to bring in, in KiB.")
    import_kib: int = _setting(20_480, "Largest file of records to bring in, in KiB.")
    import_types: str = _setting("csv xlsx", "Kinds of file that records are brought in from.")

    @property
    def demo(self) -> bool:
        return self.environment == "demo"

    @property
    def instance(self) -> Path:
        return Path(self.instance_dir) if self.instance_dir else ROOT / "instance"

    @property
    def content(self) -> Path:
        return Path(self.content_dir) if self.content_dir else ROOT

    @property
    def database(self) -> str:
        """The database's URL in SQLAlchemy's words, with the driver that we use."""
        url = self.database_url or f"sqlite:///{self.instance / 'umbral.db'}"
        for prefix in ("postgresql://", "postgres://"):
            if url.startswith(prefix):
                return "postgresql+psycopg://" + url.removeprefix(prefix)
        return url

    def check(self) -> None:
        """Refuse what would be unsafe or senseless.

        Raises: ConfigError, saying which setting and what to do.
        """
        if self.environment not in {"development", "production", "demo", "test"}:
            raise ConfigError(f"LMS_ENVIRONMENT={self.environment}: use development, production, demo or test")
        self._check_mail()
        if self.environment == "production":
            if self.secret_key == DEFAULT_SECRET or len(self.secret_key) < 32:
                raise ConfigError("LMS_SECRET_KEY is the default or shorter than 32 characters: set a random one")
            if self.debug:
                raise ConfigError("LMS_DEBUG is on in production: switch it off")
            if not self.secure_cookies:
                raise ConfigError("LMS_SECURE_COOKIES is off in production: serve over HTTPS and set it to 1")

    def _check_mail(self) -> None:
        if self.mail_tls not in {"none", "starttls", "tls"}:
            raise ConfigError(f"LMS_MAIL_TLS={self.mail_tls}: use none, starttls or tls")
        if self.outbox_lease_seconds <= self.mail_deadline_seconds:
            raise ConfigError(
                "LMS_OUTBOX_LEASE_SECONDS must be longer than LMS_MAIL_DEADLINE_SECONDS: or a mail goes twice"
            )
        if self.mail_host and "@" not in self.mail_from:
            raise ConfigError("LMS_MAIL_HOST is set but LMS_MAIL_FROM is no address: set the sender of the e-mails")
        if self.mail_host and not self.public_url:
            raise ConfigError("LMS_MAIL_HOST is set but LMS_PUBLIC_URL is empty: the e-mails need it for their links")
        if self.mail_user and self.mail_tls == "none" and self.environment == "production":
            raise ConfigError("LMS_MAIL_TLS is none and LMS_MAIL_USER is set: the password would travel in the clear")


_NAMES = {"database_url": "DATABASE_URL", "port": "PORT"}


def env_name(setting: str) -> str:
    """The environment variable of a setting."""
    return _NAMES.get(setting, f"LMS_{setting.upper()}")


def load(environ: Mapping[str, str] | None = None, **overrides: object) -> Settings:
    """Settings from the environment (or `environ`), then `overrides`.

    Raises: ConfigError for a value that cannot be read or used.
    """
    source = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    for item in fields(Settings):
        raw = source.get(env_name(item.name))
        if raw is not None:
            values[item.name] = _read(item.name, raw, item.default)
    values.update(overrides)
    if values.get("environment") == "production":
        values.setdefault("secure_cookies", True)
    settings = Settings(**values)
    settings.check()
    return settings


def environ_of(settings: Settings) -> dict[str, str]:
    """The environment that `load` reads these settings from: for a process of our own."""
    return {
        env_name(item.name): str(int(value)) if isinstance(value, bool) else str(value)
        for item in fields(Settings)
        for value in [getattr(settings, item.name)]
    }


def _read(name: str, raw: str, default: object) -> object:
    try:
        if isinstance(default, bool):
            return {"1": True, "true": True, "on": True, "0": False, "false": False, "off": False, "": False}[
                raw.lower()
            ]
        if isinstance(default, int):
            return int(raw)
        if isinstance(default, float):
            return float(raw)
    except (KeyError, ValueError):
        raise ConfigError(f"{env_name(name)}={raw!r} cannot be read: the default is {default!r}") from None
    return raw
