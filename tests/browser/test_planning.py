"""A plan made in the browser: its figures move while one types, rows change without leaving the page, axe finds nothing.

And without JavaScript, where every button posts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from lms.assessment.models import PlanDraft
from lms.assessment.queries import content
from tests.browser.server import Server
from tests.browser.walk import Walk
from tests.browser.world import COURSE, World, make_world

EDITOR = f"/contenido/prueba/{COURSE}/plan"
WIDE = """document.documentElement.scrollWidth <= 360 ? [] : [...document.querySelectorAll("main *")]
  .filter((each) => each.getBoundingClientRect().right > 360).map((each) => each.outerHTML.slice(0, 90))"""
"""What stands beyond the right edge of a phone, where anything does."""
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.mark.browser
def test_a_plan_from_the_editor_to_its_publication(database_url: str, tmp_path: Path, chromium: Any) -> None:
    server = Server(database_url, tmp_path / "instance")
    world = make_world(server)
    server.start()
    try:
        walk = Walk(world, chromium)
        page = walk.enter(world.cast.author.number)
        walk.go(page, "/contenido/pruebas")
        walk.go(page, EDITOR)
        _figures_move_while_typing(page)
        _rows_change_in_the_page(page)
        walk.judge(page)
        walk.go(page, EDITOR)
        page.fill("#f-minutes", "47")
        walk.press(page, "Guardar y ver una muestra")
        first = page.url
        walk.press(page, "Ver las claves")
        walk.press(page, "Otra muestra")
        assert page.url.partition("?")[2] != first.partition("?")[2]
        walk.press(page, "Volver al plan")
        walk.press(page, "Guardar y publicar")
        expect(page.locator("tbody")).to_contain_text("47")
        walk.press(page, "Publicar exactamente esto")
        _published(world, 47)
        _on_a_phone(walk)
        _without_script(walk)
        assert walk.said == []
    finally:
        world.database.engine.dispose()
        server.stop()


def _figures_move_while_typing(page: Any) -> None:
    count = page.locator("#f-sections-0-count")
    with page.expect_response(lambda answer: answer.url.endswith("/comprobar") and answer.ok):
        count.fill("199")
    expect(page.locator("#f-sections-0-topic-said")).to_contain_text("pide 199 y hay")
    expect(page.locator("#f-sections-0-topic")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#plan-sum")).to_contain_text("Falta corregir")
    expect(count).to_be_focused()
    with page.expect_response(lambda answer: answer.url.endswith("/comprobar") and answer.ok):
        count.fill("1")
    expect(page.locator("#f-sections-0-topic-said")).to_be_empty()
    expect(page.locator("#f-sections-0-topic")).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator("#plan-sum")).not_to_contain_text("Falta corregir")


def _rows_change_in_the_page(page: Any) -> None:
    rows = page.locator(".plan-row")
    many, address = rows.count(), page.url
    page.evaluate("window.same = true")
    page.locator("button[value=add]").click()
    expect(rows).to_have_count(many + 1)
    expect(page.locator(f"#f-sections-{many}-topic")).to_be_focused()
    second = page.locator("#f-sections-1-topic").input_value()
    page.locator("button[value='up-1']").click()
    expect(page.locator("#f-sections-0-topic")).to_have_value(second)
    page.locator(f"button[value='drop-{many}']").click()
    expect(rows).to_have_count(many)
    assert page.evaluate("window.same") is True
    assert page.url == address


def _published(world: World, minutes: int) -> None:
    with world.database.reading() as session:
        found = content.test_plan(session, COURSE)
        assert found is not None
        assert found[1].minutes == minutes
        assert session.scalars(select(PlanDraft)).all() == []


def _on_a_phone(walk: Walk) -> None:
    for scheme in ("light", "dark"):
        page = walk.enter(walk.world.cast.author.number, color_scheme=scheme, **PHONE)
        for path in ("/contenido/pruebas", "/contenido/pruebas/nueva", EDITOR, f"{EDITOR[:-5]}/muestra"):
            walk.go(page, path)
            wide = page.evaluate(WIDE)
            assert wide == [], path


def _without_script(walk: Walk) -> None:
    page = walk.page(java_script_enabled=False)
    page.context.add_cookies(walk.enter(walk.world.cast.administrator.number).context.cookies())
    page.goto(walk.world.server.url + EDITOR)
    many = page.locator(".plan-row").count()
    page.locator("button[value=add]").click()
    expect(page.locator(".plan-row")).to_have_count(many + 1)
    page.locator(f"button[value='drop-{many}']").click()
    page.fill("#f-minutes", "0")
    page.locator("button[value=check]").click()
    expect(page.locator("#f-minutes-said")).to_contain_text("está fuera de 1 a 600")
    page.fill("#f-minutes", "52")
    page.locator("button[value=save]").click()
    expect(page.locator("#f-minutes")).to_have_value("52")
    with walk.world.database.reading() as session:
        assert session.scalars(select(PlanDraft)).one().document["minutes"] == 52
