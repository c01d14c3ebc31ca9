"""Every URL with every role and with nobody: a new route is walked without a line here (see `tests/walk.py`)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

import config
from lms.kit.db import Database
from lms.kit.files import make_store
from lms.kit.permissions import Actor
from lms.web.routes import PUBLIC, Allow, allowed
from tests.cast import Cast, Member
from tests.walk import PLAN_PAGES, WRITING_PAGES, Provider, make_outsider, make_provider

WITHOUT_ALLOW = {"assets.serve"}
"""Style sheets, script and icon: files that the code brings, the same for everybody."""

NOT_ABOUT_A_PERSON = {
    "certificates.verify",  # public by design: it says how a certificate stands and no more
    "metrics.figure",
    "metrics.records_csv",
    "hours.month",
    "hours.close_month",
    "hours.reopen_month",
    "skills.profile",
    "surveys.results",
    "catalog.preview",
    "catalog.preview_module",
    "assessment.alike",
    "assessment.bank",
    "assessment.question",
    "assessment.import_questions",
    "assessment.media",
    "assessment.statistics",
    "assessment.measure",
    "assessment.item_statistics",
    *(f"assessment.{name}" for name in PLAN_PAGES),
    *(f"authoring.{name}" for name in WRITING_PAGES),
    "assessment.regrade",  # a question; the people it changes are named within reach only
    "assessment.regrades",
    "assessment.dispute_case",  # whose it is, is not said to anybody
}
"""URLs with a parameter that names no row about a person: there is nobody to be out of scope."""

JSON = {"Accept": "application/json"}


@pytest.fixture
def provider(database: Database, cast: Cast, settings: config.Settings) -> Provider:
    return make_provider(database, cast, make_store(settings))


@pytest.fixture
def undone(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing the walk posts is kept: each request meets the same rows."""
    monkeypatch.setattr(Session, "commit", Session.flush)


def _rules(app: Flask) -> Iterator[tuple[Rule, str, Allow | None]]:
    for rule in sorted(app.url_map.iter_rules(), key=lambda each: each.rule):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method, getattr(app.view_functions[rule.endpoint], "allow", None)


def _send(app: Flask, client: FlaskClient, rule: Rule, method: str, provider: Provider) -> TestResponse:
    with app.test_request_context():
        url = url_for(rule.endpoint, **provider.fill(rule))
    return client.open(url, method=method, headers=JSON)


def _error(answer: TestResponse) -> str:
    return str(answer.json.get("error")) if answer.is_json and answer.json else ""


def test_every_url_says_who_may_open_it(app: Flask) -> None:
    without = {rule.endpoint for rule, _method, allow in _rules(app) if allow is None}
    assert without - WITHOUT_ALLOW == set()


def test_every_parameter_can_be_filled(app: Flask, provider: Provider) -> None:
    lacking = [
        line
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in WITHOUT_ALLOW
        for line in provider.missing(rule)
    ]
    assert lacking == [], "".join(lacking)


@pytest.mark.usefixtures("undone")
def test_nobody_gets_in_without_signing_in(app: Flask, provider: Provider) -> None:
    wrong = []
    for rule, method, allow in _rules(app):
        if allow is None:
            continue
        answer = _send(app, app.test_client(), rule, method, provider)
        if (answer.status_code == 401) == (allow is PUBLIC):
            wrong.append((method, rule.rule, answer.status_code))
        if allow is not PUBLIC and method == "GET":
            with app.test_request_context():
                page = app.test_client().get(url_for(rule.endpoint, **provider.fill(rule)))
            if page.status_code != 303 or "/ingresar" not in page.location:
                wrong.append((method, rule.rule, page.status_code))
    assert wrong == []


@pytest.mark.usefixtures("undone")
def test_each_role_opens_its_pages_and_no_others(app: Flask, cast: Cast, provider: Provider) -> None:
    wrong = []
    for name, member in cast.members().items():
        for rule, method, allow in _rules(app):
            if allow is None:
                continue
            answer = _send(app, member.enter(app.test_client()), rule, method, provider)
            turned_away = answer.status_code == 403 and _error(answer) == "web.not_allowed"
            if turned_away == allowed(allow, member.actor) or answer.status_code >= 500:
                wrong.append((name, method, rule.rule, answer.status_code, _error(answer)))
    assert wrong == []


def _rows(app: Flask) -> Iterator[tuple[Rule, str, Allow]]:
    """URLs that name a row about a person."""
    for rule, method, allow in _rules(app):
        if rule.arguments and rule.endpoint not in WITHOUT_ALLOW | NOT_ABOUT_A_PERSON and allow is not None:
            yield rule, method, allow


@pytest.fixture
def outsider(database: Database, cast: Cast, provider: Provider) -> Member:
    """Somebody with every role, elsewhere."""
    make_outsider(database, cast)
    return cast.stranger


def test_invariant_13_a_row_out_of_scope_does_not_exist(
    app: Flask, outsider: Member, provider: Provider, undone: None
) -> None:
    wrong = []
    for rule, method, _allow in _rows(app):
        answer = _send(app, outsider.enter(app.test_client()), rule, method, provider)
        if answer.status_code != 404:
            wrong.append((method, rule.rule, answer.status_code, _error(answer)))
    assert wrong == []


@pytest.mark.usefixtures("undone")
def test_every_row_of_the_walk_is_there_for_somebody(app: Flask, cast: Cast, provider: Provider) -> None:
    """Else the test above would pass on codes that do not exist."""
    nowhere = []
    for rule, method, allow in _rows(app):
        permitted = [member for member in cast.members().values() if allowed(allow, member.actor)]
        found = {
            _send(app, member.enter(app.test_client()), rule, method, provider).status_code for member in permitted
        }
        if found <= {404}:
            nowhere.append((method, rule.rule))
    assert nowhere == []


def test_nobody_of_the_cast_is_the_system(cast: Cast) -> None:
    assert all(isinstance(member.actor, Actor) and not member.actor.is_system for member in cast.members().values())
