"""Ways into the demo: one a role, in a demo only."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from flask import Flask

from lms.app import create_app
from lms.home.demo_accounts import ACCOUNTS, PASSWORDS
from lms.kit import migrate
from lms.kit.permissions import Role
from lms.web.context import services
from tests.demo.conftest import demo_settings

_FORM = re.compile(r"<form method=\"post\" action=\"/ingresar\">(.*?)</form>", re.DOTALL)
_HIDDEN = re.compile(r"<input type=\"hidden\" name=\"(\w+)\" value=\"(.*?)\"")


def test_every_button_of_the_sign_in_page_lets_its_role_in_to_a_start_page_whose_doors_open(demo_app: Flask) -> None:
    page = demo_app.test_client().get("/ingresar").text
    forms = [{name: html.unescape(value) for name, value in _HIDDEN.findall(form)} for form in _FORM.findall(page)]
    assert [form["identifier"] for form in forms] == [account.number for account in ACCOUNTS]
    demo_app.config["WTF_CSRF_ENABLED"] = False
    for form, account in zip(forms, ACCOUNTS, strict=True):
        client = demo_app.test_client()
        entered = client.post("/ingresar", data=form)
        assert (entered.status_code, entered.location) == (303, "/"), account.name
        start = client.get("/")
        assert start.status_code == 200
        assert account.name in start.text
        doors = {html.unescape(url) for url in re.findall(r"href=\"(/[^\"#]*)", start.text.split("<main")[1])}
        assert doors, account.name
        assert {url: client.get(url).status_code for url in doors} == dict.fromkeys(doors, 200), account.name


def test_the_token_of_the_page_is_asked_of_the_buttons_too(demo_app: Flask) -> None:
    account = ACCOUNTS[0]
    answer = demo_app.test_client().post("/ingresar", data={"identifier": account.number, "password": account.password})
    assert answer.status_code == 400


def test_every_role_has_a_way_in_and_a_password_of_its_own() -> None:
    assert {account.role for account in ACCOUNTS} == set(Role) == set(PASSWORDS)
    assert len(set(PASSWORDS.values())) == len(PASSWORDS)


@pytest.mark.parametrize("environment", ["development", "test", "production"])
def test_no_account_is_offered_outside_a_demo(sqlite_template: Path, tmp_path: Path, environment: str) -> None:
    (tmp_path / "site.db").write_bytes(sqlite_template.read_bytes())
    url = f"sqlite:///{tmp_path / 'site.db'}"
    app = create_app(demo_settings(tmp_path, url, environment=environment, secure_cookies=environment == "production"))
    page = app.test_client().get("/ingresar").text
    assert "Ingresar" in page
    assert not any(account.number in page or account.password in page for account in ACCOUNTS)
    with app.app_context():
        services().database.engine.dispose()


def test_the_buttons_hide_by_themselves_where_somebody_wired_them_by_mistake(
    sqlite_template: Path, tmp_path: Path
) -> None:
    from lms.home.demo_accounts import sign_in_card
    from lms.web import slots

    (tmp_path / "site.db").write_bytes(sqlite_template.read_bytes())
    app = create_app(demo_settings(tmp_path, f"sqlite:///{tmp_path / 'site.db'}", environment="development"))
    slots.fill(app, "sign_in", sign_in_card)
    assert ACCOUNTS[0].number not in app.test_client().get("/ingresar").text
    with app.app_context():
        assert not migrate.pending(services().database.engine)
        services().database.engine.dispose()
