"""The whole thread in a real browser: learner, trainer, coordinator, HR, auditor; and the figures are what the walk did."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from lms.assessment.models import Attempt
from lms.kit.ids import new_code
from lms.people.models import Site
from lms.skills.models import JobProfileVersion, ProfileRequirement, Skill
from tests.browser.server import ROOT, Server
from tests.browser.walk import Walk
from tests.browser.world import COURSE, World, make_world

MODULES = {"auditorias": 25, "norma": 35, "roles": 25}
OJT_MINUTES = 240
EXPECTED = {
    "passed-first-time": ("1", "1"),
    "trained-before-live-contacts": ("1", "1"),
    "current-verification": ("1", "1"),
    "verification-passed-first-time": ("2", "2"),
    "live-without-verification": ("0", "1"),
    "survey-response-rate": ("1", "1"),
}
"""Numerator and denominator of the figures that the walk alone made."""


def _noon_zone() -> str:
    """A zone in which it is about noon now, so that no walk crosses midnight."""
    offset = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"


def _prepare(world: World, zone: str) -> None:
    """What an author and an administrator did before: the job's profile, the site's zone."""
    now = datetime.now(UTC) - timedelta(days=30)
    with world.database.writing() as session:
        for site in session.scalars(select(Site)):
            site.zone = zone
        skill = Skill(code=new_code(), name="Escucha", kind="skill")
        session.add(skill)
        session.flush()
        profile = JobProfileVersion(
            code=new_code(),
            job_id=world.cast.job_id,
            number=1,
            from_day=date(2026, 1, 1),
            courses=[COURSE],
            min_ojt_days=1,
            min_ojt_minutes=OJT_MINUTES,
            pre_ojt_num=4,
            pre_ojt_den=5,
            sign_roles=["evaluator", "manager"],
            ojt_sign_roles=["evaluator"],
            approved_by=world.cast.author.id,
            approved_at=now,
        )
        session.add(profile)
        session.flush()
        session.add(
            ProfileRequirement(
                profile_id=profile.id,
                skill_id=skill.id,
                required=True,
                method="observation",
                threshold_num=9,
                threshold_den=10,
                valid_days=180,
            )
        )


@pytest.mark.browser
def test_the_whole_thread(database_url: str, tmp_path: Path, chromium: Any) -> None:
    zone = _noon_zone()
    server = Server(database_url, tmp_path / "instance", LMS_ZONE=zone)
    world = make_world(server)
    _prepare(world, zone)
    server.start()
    try:
        walk = Walk(world, chromium)
        _trainer_assigns(walk)
        certificate = _learner_learns(walk)
        _anybody_verifies(walk, certificate)
        _trainer_and_coordinator_open_the_gate(walk)
        _learner_sees_the_open_gate(walk)
        _hr_reads_hours(walk)
        _auditor_reads_figures(walk)
        assert walk.said == []
        assert len(walk.judged) > 40
    finally:
        world.database.engine.dispose()
        server.stop()


def _trainer_assigns(walk: Walk) -> None:
    page = walk.enter("T1")
    walk.go(page, f"/asignar?curso={COURSE}")
    page.check("input[name=training_type][value=initial]")
    page.locator("tr", has_text="L1").locator("input[name=people]").check()
    walk.press(page, "Asignar")
    assert "Agente Prueba" in page.inner_text("main")
    page.context.close()


def _learner_learns(walk: Walk) -> str:
    """Read, take the test, answer the survey; returns the address of the certificate."""
    page = walk.enter("L1")
    assert "Las auditorías" in page.inner_text("main"), "the one next step"
    walk.press(page, "Empezar")
    for key in MODULES:
        assert page.url.endswith(f"/modulo/{key}"), page.url
        _practise(page)
        walk.press(page, "Terminé este módulo")
    if "/prueba/" not in page.url:
        walk.go(page, "/")
        walk.press(page, "prueba")
    walk.press(page, "Empezar la prueba")
    with walk.world.database.reading() as session:
        attempt = session.scalars(select(Attempt)).one()
    walk.answer_everything(page, attempt.id, wrong=2)
    walk.press(page, "Revisar y entregar")
    assert "Todas las preguntas tienen respuesta" in page.inner_text("main")
    walk.press(page, "Entregar la prueba")
    assert page.url.endswith("/resultado")
    assert "90" in page.inner_text("main")
    assert "Aprobad" in page.inner_text("main")
    walk.press(page, "Contestar la encuesta")
    for group in page.query_selector_all("fieldset.question-card"):
        group.query_selector_all("label")[3].click()
    walk.press(page, "Enviar la respuesta")
    walk.go(page, "/")
    link = page.locator("main a[href^='/certificado/']").first.get_attribute("href")
    walk.go(page, link)
    with page.expect_download() as download:
        page.click("a[href$='.pdf']")
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    page.context.close()
    return str(link)


def _practise(page: Any) -> None:
    """Answer one practice question in place and get feedback."""
    form = page.locator("form[action^='/practica/']").first
    field = form.locator("input[type=radio], input[type=checkbox]").first
    if field.count():
        field.check()
    with page.expect_response(lambda answer: "/practica/" in answer.url) as told:
        form.locator("button[type=submit]").first.click()
    assert told.value.ok


def _anybody_verifies(walk: Walk, certificate: str) -> None:
    page = walk.page()
    walk.go(page, certificate.replace("/certificado/", "/verificar/"))
    assert "Certificado vigente" in page.inner_text("main")
    assert "Agente Prueba" in page.inner_text("main")
    page.context.close()


def _verify(walk: Walk, page: Any, what: str, score: str) -> None:
    walk.go(page, f"/persona/{walk.world.cast.agent.code}/verificar")
    page.locator("label", has_text=what).first.click()
    page.fill("#score", score)
    walk.press(page, "Registrar y firmar")


def _sign(walk: Walk, coordinator: Any) -> None:
    walk.go(coordinator, "/equipo")
    coordinator.locator("main a[href^='/verificacion/']").first.click()
    walk.judge(coordinator)
    coordinator.check("#confirmed")
    walk.press(coordinator, "Firmar")


def _gate(walk: Walk) -> str:
    from lms.skills import queries

    with walk.world.database.reading() as session:
        cast = walk.world.cast
        found = queries.gate_of(session, cast.agent.id, cast.programme_id, _today())
        return str(found.gate.state.value if hasattr(found, "gate") else found.state.value)


def _today() -> date:
    from zoneinfo import ZoneInfo

    return datetime.now(ZoneInfo(_noon_zone())).date()


def _trainer_and_coordinator_open_the_gate(walk: Walk) -> None:
    trainer, coordinator = walk.enter("T1"), walk.enter("C1")
    road = f"/persona/{walk.world.cast.agent.code}/puerta"
    assert _gate(walk) == "closed"
    _verify(walk, trainer, "previa", "17/20")
    assert _gate(walk) == "closed", "the manager has not signed"
    _sign(walk, coordinator)
    assert _gate(walk) == "supervised"
    walk.go(trainer, f"/persona/{walk.world.cast.agent.code}/practica")
    trainer.fill("#minutes", str(OJT_MINUTES))
    trainer.fill("#contacts", "18")
    walk.press(trainer, "Registrar y firmar")
    assert _gate(walk) == "supervised", "the skill is not verified"
    _verify(walk, trainer, "Escucha", "95")
    assert _gate(walk) == "supervised", "the manager has not signed the skill"
    _sign(walk, coordinator)
    assert _gate(walk) == "open"
    walk.go(coordinator, road)
    walk.go(coordinator, f"/persona/{walk.world.cast.agent.code}/contactos")
    walk.press(coordinator, "Registrar")
    walk.go(coordinator, "/contactos")
    assert "Agente Prueba" in coordinator.inner_text("main")
    walk.go(coordinator, f"/persona/{walk.world.cast.agent.code}")
    trainer.context.close()
    coordinator.context.close()


def _learner_sees_the_open_gate(walk: Walk) -> None:
    page = walk.enter("L1", color_scheme="dark")
    assert "Puerta abierta" in page.inner_text("main")
    walk.go(page, "/mi-camino")
    walk.go(page, "/mis-horas")
    page.context.close()


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def _hr_reads_hours(walk: Walk) -> None:
    page = walk.enter("H1")
    walk.go(page, "/horas?por=persona")
    walk.go(page, "/horas/registros?clase=all")
    answer = page.request.get(walk.world.server.url + "/horas/registros.csv?clase=all")
    assert answer.ok
    rows = _rows(answer.text())
    minutes = sorted(int(row["Minutos"]) for row in rows)
    assert minutes == sorted([*MODULES.values(), OJT_MINUTES])
    assert {row["Persona"] for row in rows} == {"Agente Prueba"}
    assert {row["Sede"] for row in rows} == {"Norte"}
    assert sum(int(row["Minutos"]) for row in rows if row["Curso"] == "Certificación COPC") == sum(MODULES.values())
    page.context.close()


def _figures(walk: Walk, month: str) -> dict[str, tuple[str, str]]:
    """Numerator and denominator of every figure of the month, as the command line tells them."""
    told = subprocess.run(
        [sys.executable, "-m", "lms.cli", "metrics", "show", "--from", month, "--to", month, "--json"],
        cwd=ROOT,
        env=walk.world.server.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    found = {}
    for figure in json.loads(told.stdout):
        (point,) = figure["months"]
        found[figure["figure"]] = (point["numerator"], point["denominator"])
    return found


def _auditor_reads_figures(walk: Walk) -> None:
    page = walk.enter("U1")
    month = f"{_today():%Y-%m}"
    walk.go(page, f"/categoria-c?mes={month}")
    people = len(walk.world.cast.members())  # employed since January, all of them
    found = _figures(walk, month)
    assert Fraction(found["training-hours-per-head"][0]) == Fraction(sum(MODULES.values()), 60)
    assert Fraction(found["training-hours-per-head"][1]) == people
    assert Fraction(found["ojt-hours-per-head"][0]) == Fraction(OJT_MINUTES, 60)
    assert {key: found[key] for key in EXPECTED} == EXPECTED
    for key in found:
        walk.go(page, f"/categoria-c/{key}?mes={month}")
    walk.go(page, f"/categoria-c/trained-before-live-contacts?mes={month}")
    page.locator("main table a", has_text="Agente Prueba").first.click()
    walk.judge(page)
    assert "Agente Prueba" in page.inner_text("main")
    walk.go(page, "/auditoria")
    walk.press(page, "Verificar")
    page.context.close()
