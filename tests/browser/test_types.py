"""Every type of question in a real browser: by mouse, by touch and by keyboard, axe silent, stored as it was given."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lms.assessment.models import Attempt
from lms.assessment.queries import attempts as reading
from tests.browser.every_type import OWN, begin, make_typed_world
from tests.browser.server import Server
from tests.browser.walk import Walk
from tests.cast import Member

WANTED = {
    "single": 0,
    "multiple": [0, 2],
    "true-false": True,
    "matching": [0, 1],
    "ordering": [0, 1, 2],
    "numeric": "1,5 min",
    "short-text": "Nivel de servicio",
    "gaps": ["encuesta", 0, "20"],
    "open": "Faltó personal.\nDos veces.",
    "caso-a": True,
    "caso-b": "factura",
}
CHOSEN = {
    "single": ["Azul verdoso"],
    "multiple": ["Pera", "Uva"],
    "true-false": ["Verdadero"],
    "caso-a": ["Verdadero"],
}
TYPED = {key: answer for key, answer in WANTED.items() if isinstance(answer, str)}
PAIRS = {"Perú": "Lima", "Chile": "Santiago"}
ORDER = ["uno", "dos", "tres"]
TREES = {
    "single": ['radio "Azul verdoso"', 'radio "Rojo"', 'radio "Un tono agudo"', 'img "Un rectángulo azul verdoso"'],
    "multiple": ['checkbox "Pera"', 'checkbox "Mesa"', 'checkbox "Uva"'],
    "true-false": ['radio "Verdadero"', 'radio "Falso"'],
    "matching": ['combobox "Perú"', 'combobox "Chile"'],
    "ordering": [
        f'{role} "{name}: {item}"'
        for item in ORDER
        for role, name in (("combobox", "Lugar de"), ("button", "Subir"), ("button", "Bajar"))
    ],
    "numeric": ['textbox "Tu respuesta, un número"'],
    "short-text": ['textbox "Tu respuesta, en pocas palabras"'],
    "gaps": ['textbox "Hueco 1 de 3"', 'combobox "Hueco 2 de 3"', 'textbox "Hueco 3 de 3"'],
    "open": ['textbox "Tu respuesta"'],
    "caso-a": ['radio "Verdadero"', 'radio "Falso"'],
    "caso-b": ['textbox "Tu respuesta, en pocas palabras"'],
}
"""The controls of each question as a screen reader finds them, in whatever order the draw has put them."""
STEMS = {"single": "Qué color tiene", "numeric": "Cuánto dura", "caso-a": "Hay que escuchar primero"}
_CONTROL = re.compile(r"'?((?:radio|checkbox|combobox|textbox|img|button)(?: \"[^\"]*\")?)")


def _tree(card: Any) -> tuple[str, list[str]]:
    """The group that a question is, and its controls, from the browser's accessibility tree."""
    lines = [line.strip().removeprefix("- ") for line in card.aria_snapshot().split("\n")]
    return lines[0], [match[1] for line in lines[1:] if (match := _CONTROL.match(line))]


@pytest.mark.browser
def test_every_type_works_by_mouse_by_touch_and_by_keyboard(database_url: str, tmp_path: Path, chromium: Any) -> None:
    server = Server(database_url, tmp_path / "instance")
    world = make_typed_world(server, tmp_path)
    server.start()
    try:
        walk = Walk(world, chromium)
        phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
        _sit(walk, world.cast.agent, _by_pointer("click"), {})
        _sit(walk, world.cast.stranger, _by_pointer("tap"), phone)
        _sit(walk, world.cast.trainer, _by_keyboard, {})
        assert walk.said == []
    finally:
        world.database.engine.dispose()
        server.stop()


Answer = Callable[[Any, Any, str], None]


def _sit(walk: Walk, member: Member, answer: Answer, context: dict[str, Any]) -> None:
    """A whole attempt: each question looked at, answered, stored; handed in, and told that a person grades the rest."""
    attempt = begin(walk.world, member)
    with walk.world.database.reading() as session:
        keys = {item.position: item.question.key for item in reading.items_of(session, attempt.id)}
    assert sorted(keys.values()) == sorted(WANTED)
    page = walk.enter(member.number, **context)
    page.set_default_timeout(10_000)
    walk.go(page, f"/intento/{attempt.code}")
    assert "SECRETO" not in page.content()
    for position, key in keys.items():
        card = page.locator(f"#q{position}")
        _reach(page, card, answer, first=position == 1)
        if answer is not _by_keyboard:  # the page is the one that the mouse saw
            walk.judge(page)
        _looks_right(page, card, key)
        answer(page, card, key)
    page.locator("[data-saved]", has_text="Guardado").wait_for()
    _until_stored(walk, page, attempt, keys)
    _hand_in(walk, page, answer)
    assert "falta calificarla" in page.inner_text("h1")
    assert walk.world.server.url in page.url
    page.context.close()


def _reach(page: Any, card: Any, answer: Answer, *, first: bool) -> None:
    """Go to a question as this kind of person does."""
    if first:
        return
    if answer is _by_keyboard:
        _tab_to(page, page.locator("[data-next]"))
        page.keyboard.press("Enter")
    else:
        getattr(page.locator("[data-next]"), answer.__name__)()
    card.wait_for()


def _looks_right(page: Any, card: Any, key: str) -> None:
    group, controls = _tree(card)
    assert group.startswith("group ")
    assert STEMS.get(key, "") in group
    own = [each for each in controls if not each.endswith(('"Marcar para revisar"', '"Borrar mi respuesta"'))]
    own = [each for each in own if each != 'button "Dejarlos en este orden"']
    assert sorted(own) == sorted(TREES[key]), key
    shared = page.locator("[data-scenario]")
    assert shared.is_visible() is key.startswith("caso-")
    if key == "single":
        picture = card.locator("img")
        picture.scroll_into_view_if_needed()
        assert picture.evaluate("async (img) => { await img.decode(); return img.naturalWidth; }") == 240
        sound = card.locator("audio")
        assert sound.get_attribute("aria-label") == "Un tono agudo"
        played = "async (a) => { a.muted = true; await a.play(); await new Promise((r) => (a.onended = r)); return a.duration; }"
        assert sound.evaluate(played) == pytest.approx(0.2, abs=0.05)


def _until_stored(walk: Walk, page: Any, attempt: Attempt, keys: dict[int, str]) -> None:
    """What the server holds is what was given: compared as canonical answers, which know no order."""
    for _ in range(60):
        with walk.world.database.reading() as session:
            answers = reading.standing(reading.steps_of(session, attempt.id)).answers
        stored = {keys[position]: answer for position, answer in answers.items()}
        if stored == WANTED:
            return
        page.wait_for_timeout(100)
    assert stored == WANTED


def _hand_in(walk: Walk, page: Any, answer: Answer) -> None:
    for text in ("Revisar y entregar", "Entregar la prueba"):
        button = page.locator("main button", has_text=text).first
        with page.expect_navigation():
            if answer is _by_keyboard:
                _tab_to(page, button)
                page.keyboard.press("Enter")
            else:
                getattr(button, answer.__name__)()
        walk.judge(page)


# --- by mouse and by touch


def _by_pointer(press: str) -> Answer:
    """`press` is what the finger or the mouse does. Lists open outside the page, so their choice is made for the browser."""

    def act(page: Any, card: Any, key: str) -> None:
        def on(target: Any) -> None:
            getattr(target, press)()

        if key in CHOSEN:
            for text in CHOSEN[key]:
                on(card.locator(".option", has_text=text))
        elif key in TYPED:
            on(card.get_by_role("textbox"))
            page.keyboard.type(TYPED[key])
        elif key == "matching":
            for left, right in PAIRS.items():
                card.get_by_label(left).select_option(label=right)
        elif key == "gaps":
            for place, text in ((1, "encuesta"), (3, "20")):
                on(card.get_by_label(f"Hueco {place} de 3"))
                page.keyboard.type(text)
            card.get_by_label("Hueco 2 de 3").select_option(label="calidad")
        else:
            _in_order(card, on)
            on(card.locator("[data-order-keep] button"))

    act.__name__ = press
    return act


def _in_order(card: Any, push: Callable[[Any], None]) -> None:
    """Bring each item to its place with the buttons that move it up."""
    for place, item in enumerate(ORDER):
        rows = card.locator(".order-row > span:not(.grip)")
        while (at := rows.all_inner_texts().index(item)) > place:
            push(card.get_by_label(f"Subir: {item}"))
            assert rows.all_inner_texts().index(item) == at - 1


# --- by keyboard


def _tab_to(page: Any, target: Any) -> None:
    """Press the tabulator until `target` has the focus: nothing may be out of its reach."""
    for _ in range(80):
        if target.evaluate("(element) => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {target}")


def _by_keyboard(page: Any, card: Any, key: str) -> None:
    if key in CHOSEN:
        _choose(page, card, CHOSEN[key])
    elif key in TYPED:
        _tab_to(page, card.get_by_role("textbox"))
        page.keyboard.type(TYPED[key])
    elif key == "matching":
        for left, right in PAIRS.items():
            _pick(page, card.get_by_label(left), right)
    elif key == "gaps":
        for place, text in ((1, "encuesta"), (2, "calidad"), (3, "20")):
            field = card.get_by_label(f"Hueco {place} de 3")
            if place == 2:
                _pick(page, field, text)
            else:
                _tab_to(page, field)
                page.keyboard.type(text)
    else:
        _in_order(card, lambda button: (_tab_to(page, button), page.keyboard.press("Enter")))
        _tab_to(page, card.locator("[data-order-keep] button"))
        page.keyboard.press("Space")


def _choose(page: Any, card: Any, texts: list[str]) -> None:
    """Check boxes with the space bar; of radio buttons the arrows take the next."""
    for text in texts:
        option = card.locator(".option", has_text=text).locator("input")
        if option.get_attribute("type") == "checkbox":
            _tab_to(page, option)
            page.keyboard.press("Space")
            continue
        _tab_to(page, card.locator("input[type=radio]").first)
        page.keyboard.press("Space")
        while not option.is_checked():
            page.keyboard.press("ArrowDown")


def _pick(page: Any, field: Any, text: str) -> None:
    """A list takes the arrows while it is shut."""
    _tab_to(page, field)
    while field.locator("option:checked").inner_text() != text:
        page.keyboard.press("ArrowDown")


def test_the_walk_answers_every_type() -> None:
    assert {key.replace("_", "-") for key in OWN} <= set(WANTED) == set(TREES)
