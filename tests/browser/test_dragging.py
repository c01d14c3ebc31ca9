"""Ordering and matching by dragging, with a mouse and with a finger: stored as they were dropped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lms.assessment.models import Attempt
from lms.assessment.queries import attempts as reading
from tests.browser.every_type import begin, make_typed_world
from tests.browser.server import Server
from tests.browser.walk import Walk

STEPS = 8
Point = tuple[float, float]


@pytest.mark.browser
def test_a_mouse_and_a_finger_drag_what_is_ordered_and_matched(
    database_url: str, tmp_path: Path, chromium: Any
) -> None:
    server = Server(database_url, tmp_path / "instance")
    world = make_typed_world(server, tmp_path)
    server.start()
    try:
        walk = Walk(world, chromium)
        attempt = begin(world, world.cast.agent)
        page = walk.enter(world.cast.agent.number)
        _drag_all(walk, attempt, _Mouse(page), ["tres", "uno", "dos"], {"Perú": "Quito", "Chile": "Lima"})
        phone = walk.enter(
            world.cast.agent.number, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
        )
        _drag_all(walk, attempt, _Finger(phone), ["dos", "tres", "uno"], {"Perú": "Lima", "Chile": "Santiago"})
        assert walk.said == []
    finally:
        world.database.engine.dispose()
        server.stop()


class _Mouse:
    def __init__(self, page: Any) -> None:
        self.page = page

    def drag(self, start: Point, end: Point) -> None:
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=STEPS)
        self.page.mouse.up()


class _Finger:
    def __init__(self, page: Any) -> None:
        self.page = page
        self._session = page.context.new_cdp_session(page)

    def _touch(self, kind: str, *points: Point) -> None:
        touches = [{"x": x, "y": y} for x, y in points]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def drag(self, start: Point, end: Point) -> None:
        self._touch("touchStart", start)
        for step in range(1, STEPS + 1):
            self._touch("touchMove", tuple(a + (b - a) * step / STEPS for a, b in zip(start, end, strict=True)))
        self._touch("touchEnd")


def _drag_all(walk: Walk, attempt: Attempt, hand: _Mouse | _Finger, order: list[str], pairs: dict[str, str]) -> None:
    """Drag every item and every choice to its place, and wait until the server holds just that."""
    page = hand.page
    page.set_default_timeout(10_000)
    walk.go(page, f"/intento/{attempt.code}")
    keys = _keys(walk, attempt)
    for key in sorted(("matching", "ordering"), key=keys.__getitem__):
        card = page.locator(f"#q{keys[key]}")
        while not card.is_visible():
            page.locator("[data-next]").click()
        before = page.evaluate("scrollY")
        if key == "matching":
            for left, right in pairs.items():
                _hold(hand, card.locator(".token", has_text=right), card.locator(".match-row", has_text=left))
                assert card.get_by_label(left).locator("option:checked").inner_text() == right
        else:
            rows = card.locator(".order-row")
            for place, item in enumerate(order):
                _order(hand, rows, item, place)
            assert rows.locator("> span:not(.grip)").all_inner_texts() == order
            card.locator("[data-order-keep] button").click()
        assert abs(page.evaluate("scrollY") - before) < page.viewport_size["height"]
        walk.judge(page)
    wanted = {"matching": pairs, "ordering": order}
    for _ in range(60):
        stored = _stored(walk, attempt)
        if stored == wanted:
            return
        page.wait_for_timeout(100)
    assert stored == wanted


def _order(hand: _Mouse | _Finger, rows: Any, item: str, place: int) -> None:
    row = rows.filter(has_text=item)
    target = rows.nth(place)
    if row.inner_text() == target.inner_text():
        return
    _hold(hand, row.locator("[data-grip]"), target, near="top")
    assert item in rows.nth(place).locator("> span:not(.grip)").inner_text()


def _hold(hand: _Mouse | _Finger, thing: Any, target: Any, *, near: str = "middle") -> None:
    """From the middle of a thing to the middle of another, or just under the upper edge of it."""
    target.scroll_into_view_if_needed()
    start, end = thing.bounding_box(), target.bounding_box()
    below = 4 if near == "top" else end["height"] / 2
    hand.drag(
        (start["x"] + start["width"] / 2, start["y"] + start["height"] / 2),
        (end["x"] + end["width"] / 2, end["y"] + below),
    )


def _keys(walk: Walk, attempt: Attempt) -> dict[str, int]:
    with walk.world.database.reading() as session:
        return {item.question.key: item.position for item in reading.items_of(session, attempt.id)}


def _stored(walk: Walk, attempt: Attempt) -> dict[str, Any]:
    """What the server holds, as the texts of each place: answers are kept by the number of what was written."""
    items, capitals = ["uno", "dos", "tres"], ["Lima", "Santiago", "Quito"]
    keys = _keys(walk, attempt)
    with walk.world.database.reading() as session:
        answers = reading.standing(reading.steps_of(session, attempt.id)).answers
    order, pairs = answers.get(keys["ordering"]), answers.get(keys["matching"])
    return {
        "ordering": [items[index] for index in order or []],
        "matching": {
            left: capitals[index]
            for left, index in zip(("Perú", "Chile"), pairs or [], strict=False)
            if index is not None
        },
    }
