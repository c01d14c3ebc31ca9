"""The headers that every answer carries, whatever kind of answer it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, request

import config
from lms.app import create_app
from lms.web.app import CONTENT_SECURITY_POLICY
from lms.web.context import services
from tests.assessment.scene import make_scene
from tests.cast import Cast
from tests.conftest import NOW

EXPECTED = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
JSON = {"Accept": "application/json"}


def assert_headers(answer: Any, *, cached: bool = False) -> None:
    for name, value in EXPECTED.items():
        assert answer.headers.getlist(name) == [value], f"{answer.request.path}: {name}"
    kept = answer.headers["Cache-Control"]
    assert ("immutable" in kept) if cached else kept == "no-store"


def test_the_policy_leaves_no_door_to_scripts_of_others() -> None:
    rules = dict(rule.split(" ", 1) for rule in CONTENT_SECURITY_POLICY.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert rules["form-action"] == "'self'"
    for word in ("unsafe", "*", "http:", "https:"):
        assert word not in CONTENT_SECURITY_POLICY


def test_every_kind_of_answer_has_them(app: Flask, cast: Cast, settings: config.Settings) -> None:
    stranger, learner, hr = app.test_client(), cast.agent.enter(app.test_client()), cast.hr.enter(app.test_client())
    seen = []
    for answer, status in (
        (stranger.get("/ingresar"), 200),
        (stranger.head("/ingresar"), 200),
        (stranger.get("/"), 303),
        (stranger.get("/salud"), 200),
        (stranger.get("/", headers=JSON), 401),
        (stranger.post("/ingresar", data={"identifier": "L1", "password": "wrong"}), 400),
        (stranger.get("/no/existe"), 404),
        (stranger.get("/no/existe", headers=JSON), 404),
        (learner.get("/auditoria"), 403),
        (learner.get("/salir"), 405),
        (learner.post("/tema", data={"x": "x" * settings.max_request_kib * 1025}), 413),
        (learner.get("/"), 200),
        (learner.post("/tema", data={"theme": "dark"}), 303),
        (hr.get("/horas"), 200),
        (hr.options("/horas"), 200),
    ):
        assert answer.status_code == status, answer.request.path
        assert_headers(answer)
        seen.append(answer.status_code)
    assert len(set(seen)) >= 7


def test_exports_have_them_too(app: Flask, cast: Cast) -> None:
    client, tried = cast.hr.enter(app.test_client()), 0
    for rule in app.url_map.iter_rules():
        if rule.rule.endswith(".csv") and not rule.arguments:
            answer = client.get(rule.rule)
            if answer.status_code == 200:
                assert answer.mimetype == "text/csv"
                assert_headers(answer)
                tried += 1
    assert tried >= 1


def test_a_crash_and_a_database_that_is_down_have_them(app: Flask, monkeypatch: pytest.MonkeyPatch, cast: Cast) -> None:
    def fail(**_kwargs: object) -> str:
        raise ValueError(f"at {request.path}")

    app.testing = False
    monkeypatch.setitem(app.view_functions, "people.account", fail)
    answer = cast.agent.enter(app.test_client()).get("/cuenta")
    assert answer.status_code == 500
    assert_headers(answer)


def test_files_of_the_interface_are_cached_for_ever_and_nothing_else_is(app: Flask, cast: Cast) -> None:
    client = cast.agent.enter(app.test_client())
    page = client.get("/").text
    links = [part.split('"', 1)[0] for part in page.split('href="')[1:] + page.split('src="')[1:]]
    files = {link for link in links if link.endswith((".css", ".js", ".svg"))}
    assert len(files) >= 3
    for link in files:
        answer = client.get(link)
        assert answer.status_code == 200
        assert_headers(answer, cached=True)
        assert "Set-Cookie" not in answer.headers


def test_no_page_has_inline_script_or_style_that_the_policy_would_refuse(app: Flask, cast: Cast) -> None:
    with app.app_context(), services().database.writing() as session:
        scene = make_scene(session, cast, NOW)
    client = cast.agent.enter(app.test_client())
    for url in ("/", "/cuenta", f"/curso/{scene.enrolment.code}", f"/prueba/{scene.enrolment.code}", "/no/existe"):
        page = client.get(url).text
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        assert "javascript:" not in page
        scripts = page.split("<script")[1:]
        assert scripts
        assert all("src=" in script.split(">", 1)[0] for script in scripts)


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(settings: config.Settings, cast: Cast) -> None:
    for secure in (False, True):
        app = create_app(replace(settings, secure_cookies=secure))
        app.config["WTF_CSRF_ENABLED"] = True
        answer = app.test_client().get("/ingresar", base_url="https://localhost" if secure else "http://localhost")
        (cookie,) = answer.headers.getlist("Set-Cookie")
        words = {word.strip() for word in cookie.split(";")}
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= words
        assert ("Secure" in words) == secure
        assert ("Strict-Transport-Security" in answer.headers) == secure
        with app.app_context():
            services().database.engine.dispose()
    assert cast.agent.token
