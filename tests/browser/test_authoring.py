"""An author's whole road in the browser: questions imported, mended and written, a plan, a learner, statistics, a regrade."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

import config
from lms.app import make_bus, make_database
from lms.assessment.models import Attempt
from lms.assessment.queries import bank_content
from lms.assessment.queries.attempts import items_of
from lms.demo.answers import raw_answer
from lms.people.models import Person
from lms.people.passwords import Passwords
from tests.browser.server import Server
from tests.browser.walk import Walk
from tests.browser.world import PHRASE, World
from tests.cast import make_cast
from tests.courses import make_course, make_enrolment

BANK = "reclamos"
GIFT = """// [id:tono]
::Tono::¿Qué tono conviene ante un reclamo? {=Calmo#Sí. ~Cortante#Enfría el trato. ~Burlón#Ofende.}

// [id:escucha]
::Escucha::Se escucha antes de responder. {TRUE#Primero se entiende.#Bien.}

// [id:mala]
::Mala::¿Cuántos pasos tiene el cierre? {=tres}

// [id:rota]
::Rota::¿Qué se confirma al final? {~El nombre ~La solución}
"""
MENDED = "{=La solución#Sí. ~El nombre#No alcanza.}"
WRITTEN: dict[str, dict[str, str]] = {
    "single": {
        "options-0-text": "Disculparse", "options-1-text": "Discutir", "options-1-feedback": "Suma enojo.",
        "options-2-text": "Cortar", "options-2-feedback": "Pierde a quien llama.",
    },
    "multiple": {
        "options-0-text": "Nombre", "options-1-text": "Motivo", "options-2-text": "Signo", "options-2-feedback": "No aporta.",
        "options-3-text": "Apodo", "options-3-feedback": "No aporta.",
    },
    "true_false": {"feedback": "Se ofrece una alternativa."},
    "matching": {
        "pairs-0-left": "Queja", "pairs-0-right": "Escuchar", "pairs-0-feedback": "Primero.",
        "pairs-1-left": "Duda", "pairs-1-right": "Explicar", "pairs-1-feedback": "Después.",
    },
    "ordering": {"items": "Saludar\nEscuchar\nCerrar", "feedback": "Así se ordena."},
    "numeric": {"answers-0-value": "20", "answers-0-tolerance": "1", "feedback": "Son veinte segundos."},
    "short_text": {"answers-0-text": "nivel de servicio", "feedback": "Es el nivel de servicio."},
    "gaps": {"text": "Se mide en {{a}}.", "gaps-0-id": "a", "gaps-0-answers-0-text": "segundos", "gaps-0-feedback": "Segundos."},
    "open": {
        "rubric-0-title": "Nombra la causa", "rubric-0-levels-0-points": "0", "rubric-0-levels-0-text": "No",
        "rubric-0-levels-1-points": "1", "rubric-0-levels-1-text": "Sí",
    },
}  # fmt: skip
"""What is typed into the form of each type, beside its stem and where it belongs."""
TICKED = {
    "single": ["options-0-correct"],
    "multiple": ["options-0-correct", "options-1-correct"],
    "true_false": ["answer-true"],
}


@pytest.mark.browser
def test_an_author_needs_nothing_but_the_browser(database_url: str, tmp_path: Path, chromium: Any) -> None:
    server = Server(database_url, tmp_path / "instance")
    world, code = _company(server)
    server.start()
    try:
        walk = Walk(world, chromium)
        page = walk.enter(world.cast.author.number)
        page.set_default_timeout(15_000)
        _import(walk, page)
        for kind in WRITTEN:
            _write(walk, page, kind)
        _publish(walk, page)
        _plan(walk, page)
        attempt = _take(walk, code)
        _statistics_and_regrade(walk, page)
        learner = walk.enter(world.cast.agent.number)
        walk.go(learner, f"/intento/{attempt}/resultado")
        expect(learner.locator("main")).to_contain_text("Resultado revisado")
        assert walk.said == []
    finally:
        world.database.engine.dispose()
        server.stop()


def _company(server: Server) -> tuple[World, str]:
    """The cast, and the agent enrolled in a course whose test nobody has written yet."""
    settings = config.load(server.environ)
    database = make_database(settings, make_bus(settings))
    now = datetime.now(UTC)
    hashed = Passwords(settings.argon2_memory_kib, settings.argon2_time).hash(PHRASE)
    with database.writing() as session:
        cast = make_cast(session, now)
        for member in cast.members().values():
            session.get_one(Person, member.id).password_hash = hashed
        code = make_enrolment(session, cast, cast.agent, make_course(session, now, test=BANK), now).code
    return World(database, cast, server), code


def _import(walk: Walk, page: Any) -> None:
    """A file with a broken question, which is mended on the report."""
    walk.go(page, "/contenido")
    walk.press(page, "Bancos de preguntas")
    walk.press(page, "Importar un banco nuevo")
    page.set_input_files(
        "input[type=file]", {"name": "reclamos.gift", "mimeType": "text/plain", "buffer": GIFT.encode()}
    )
    page.fill("#title", "Reclamos")
    page.fill("#bank", BANK)
    page.select_option("#status", "reviewed")
    walk.press(page, "Revisar el archivo")
    expect(page.locator("main")).to_contain_text("Rota")
    broken = page.locator("textarea[name=text]")
    broken.fill(broken.input_value().replace("{~El nombre ~La solución}", MENDED))
    walk.press(page, "Leer otra vez")
    expect(page.locator("textarea[name=text]")).to_have_count(0)
    walk.press(page, "Importar las 4 preguntas")


def _write(walk: Walk, page: Any, kind: str) -> None:
    walk.go(page, f"/contenido/banco/{BANK}")
    walk.press(page, "Escribir una pregunta")
    with page.expect_navigation():
        page.locator(f".type-list a[href$='/nueva/{kind}']").click()
    walk.judge(page)
    page.fill("#stem", f"Pregunta de {kind}")
    for name, text in WRITTEN[kind].items():
        _until_there(page, name)
        page.fill(f"#{name}", text)
    for name in TICKED.get(kind, ()):
        page.check(f"#{name}")
    if kind == "matching":
        page.locator("button[value='drop:pairs-2']").click()
        expect(page.locator("#pairs-2-left")).to_have_count(0)
    page.select_option("#topic", "general")
    page.select_option("#difficulty", "medium")
    page.select_option("#pool", "practice" if kind == "open" else "both")
    expect(page.locator("[data-part=preview] .question-card")).to_be_visible()
    expect(page.locator("[data-part=preview]")).to_contain_text(f"Pregunta de {kind}")
    with page.expect_navigation():
        page.locator(".sheet-bar button[value=save]").click()
    walk.judge(page)


def _until_there(page: Any, name: str) -> None:
    """Add a row where the field is one of a row that is not there yet."""
    if page.locator(f"#{name}").count():
        return
    rows = name.rsplit("-", 2)[0]
    page.locator(f"button[value='add:{rows}']").click()
    page.locator(f"#{name}").wait_for()


def _publish(walk: Walk, page: Any) -> None:
    walk.go(page, f"/contenido/banco/{BANK}/borradores")
    expect(page.locator("input[name=draft]:checked")).to_have_count(len(WRITTEN))
    walk.press(page, "Publicar lo elegido")
    with walk.world.database.reading() as session:
        found = bank_content.published(session, BANK).questions
    assert {question.type for question in found} == set(WRITTEN)
    assert len(found) == 4 + len(WRITTEN)


def _plan(walk: Walk, page: Any) -> None:
    """Every question that is not for practice alone, in one section."""
    walk.go(page, "/contenido/pruebas/nueva")
    page.select_option("#bank", BANK)
    page.fill("#title", "Prueba de reclamos")
    walk.press(page, "Empezar")
    if not page.locator("#f-sections-0-topic").count():
        page.locator("button[value=add]").click()
    page.select_option("#f-sections-0-topic", "general")
    page.select_option("#f-sections-0-difficulty", "any")
    page.fill("#f-sections-0-count", str(3 + len(WRITTEN)))
    page.fill("#f-pass_mark", "80%")
    page.fill("#f-minutes", "30")
    page.fill("#f-attempts", "2")
    expect(page.locator("#plan-sum")).to_contain_text("Se puede publicar")
    walk.press(page, "Guardar y ver una muestra")
    expect(page.locator("main")).to_contain_text("Pregunta de ordering")
    walk.press(page, "Volver al plan")
    walk.press(page, "Guardar y publicar")
    walk.press(page, "Publicar exactamente esto")


def _take(walk: Walk, code: str) -> str:
    """A learner answers all but two of twelve right, one with a slip of the keyboard; the attempt's code."""
    page = walk.enter(walk.world.cast.agent.number)
    page.set_default_timeout(15_000)
    walk.go(page, f"/prueba/{code}")
    walk.press(page, "Empezar la prueba")
    with walk.world.database.reading() as session:
        attempt = session.scalars(select(Attempt)).one()
        items = items_of(session, attempt.id)
    assert {item.question.kind.name for item in items} == set(WRITTEN) - {"open"}
    for item in items:
        page.click(f".palette a[data-to='{item.position}']")
        raw = ["trez"] if item.question.key == "mala" else raw_answer(item, right=item.question.key != "tono")
        with page.expect_response(lambda answer: answer.url.endswith("/guardar") and answer.ok):
            _give(walk, page, item, raw)
    walk.press(page, "Revisar y entregar")
    walk.press(page, "Entregar la prueba")
    expect(page.locator("main")).to_contain_text("Resultado")
    return attempt.code


def _give(walk: Walk, page: Any, item: Any, raw: list[str]) -> None:
    name, kind = f"q{item.position}", item.question.kind.name
    if kind not in {"numeric", "short_text", "gaps"}:
        walk.give(page, item, raw)
        return
    field = page.locator(f"[name='{name}-0']" if kind == "gaps" else f"[name='{name}']")
    field.fill(raw[0])
    field.blur()


def _statistics_and_regrade(walk: Walk, page: Any) -> None:
    """The figures of the one attempt; the question that was badly asked is left out."""
    walk.go(page, f"/contenido/banco/{BANK}")
    walk.press(page, "Estadísticas")
    walk.press(page, "Calcular")
    expect(page.locator("main")).to_contain_text("mala")
    walk.go(page, f"/contenido/banco/{BANK}/pregunta/mala")
    expect(page.locator("main")).to_contain_text("trez")
    walk.press(page, "Recalificar")
    page.check("input[name=kind][value=void_drop]")
    walk.press(page, "Ver a quién cambia")
    page.fill("#reason", "La pregunta no dice de qué cierre habla.")
    walk.press(page, "Aplicar exactamente esto")
    expect(page.locator("main")).to_contain_text("La pregunta no dice de qué cierre habla.")
