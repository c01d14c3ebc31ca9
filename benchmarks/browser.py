"""What a visit weighs in a real browser, and whether axe finds a fault: Chromium without a window, over its own protocol."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from typing import Any

from benchmarks.visitor import Client, all_answers, start_test
from benchmarks.world import PASSWORD, Learner

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_AXE = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@dataclass
class Visit:
    """Bytes on the wire, heads of answers included, and requests that left the browser."""

    bytes: int = 0
    requests: int = 0


@dataclass(frozen=True)
class _Scene:
    """Two signed-in browsers of `base`: one reads a course, one takes the test at `attempt`."""

    launched: Any
    base: str
    reading: Client
    taking: Client
    course: str
    cover: str
    attempt: str

    def window(self, client: Client) -> Any:
        """A fresh window, nothing cached, signed in as the client is."""
        context = self.launched.new_context(viewport={"width": 1280, "height": 900})
        cookies = [{"name": name, "value": value, "url": self.base} for name, value in client.cookies.items()]
        context.add_cookies(cookies)
        return context


@dataclass
class Seen:
    """Visits by key of `rows.WEIGHTS`; rules that axe finds broken by page."""

    visits: dict[str, Visit] = field(default_factory=dict)
    broken: dict[str, list[str]] = field(default_factory=dict)


def chromium() -> str | None:
    """Where the browser is: LMS_CHROMIUM, or the first of its usual names; None where there is none."""
    named = os.environ.get("LMS_CHROMIUM")
    names = [named] if named else ["chromium", "chromium-browser", "google-chrome"]
    return next((found for name in names if (found := shutil.which(name))), None)


def look(base: str, reader: Learner, taker: Learner) -> Seen | None:
    """Visit the pages of two learners; None where there is no browser."""
    path = chromium()
    if path is None:
        return None
    from playwright.sync_api import sync_playwright

    seen = Seen()
    reading, taking = Client(base), Client(base)
    reading.sign_in(reader.number, PASSWORD)
    taking.sign_in(taker.number, PASSWORD)
    attempt = start_test(taking, taker.enrolment)
    with sync_playwright() as player:
        launched = player.chromium.launch(executable_path=path, args=list(_FLAGS))
        try:
            course, cover = f"/curso/{reader.enrolment}", f"/prueba/{reader.enrolment}"
            scene = _Scene(launched, base, reading, taking, course, cover, attempt)
            _weigh(scene, seen)
            _judge(scene, seen)
        finally:
            launched.close()
    return seen


def _weigh(scene: _Scene, seen: Seen) -> None:
    context = scene.window(scene.reading)
    seen.visits["first_course"] = _visit(context, scene.base + scene.course)
    seen.visits["repeat"] = _visit(context, scene.base + scene.course)
    context.close()
    context = scene.window(scene.taking)
    seen.visits["first_quiz"] = _visit(context, scene.base + scene.attempt)
    context.close()


def _visit(context: Any, url: str) -> Visit:
    """Open a page in a new tab and let it come to rest."""
    visit, cached = Visit(), set()
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")

    def sent(event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith("data:"):
            visit.requests += 1

    def from_cache(event: dict[str, Any]) -> None:
        cached.add(event["requestId"])
        visit.requests -= 1

    def answered(event: dict[str, Any]) -> None:
        if event["response"].get("fromDiskCache") and event["requestId"] not in cached:
            from_cache(event)

    def finished(event: dict[str, Any]) -> None:
        if event["requestId"] not in cached:
            visit.bytes += int(event["encodedDataLength"])

    wire.on("Network.requestWillBeSent", sent)
    wire.on("Network.requestServedFromCache", from_cache)
    wire.on("Network.responseReceived", answered)
    wire.on("Network.loadingFinished", finished)
    page.goto(url)
    page.wait_for_load_state("networkidle")
    page.close()
    return visit


def _judge(scene: _Scene, seen: Seen) -> None:
    attempt, taking = scene.attempt, scene.taking
    pages = [
        (scene.reading, "course", scene.course),
        (scene.reading, "page", f"{scene.course}/modulo/pagina-3"),
        (scene.reading, "test cover", scene.cover),
        (taking, "attempt", attempt),
        (taking, "summary", f"{attempt}/entregar"),
    ]
    for client, name, path in pages:
        seen.broken[name] = _broken(scene, client, path)
    taking.post(f"{attempt}/guardar", all_answers(taking.page(attempt).body))
    seen.broken["review"] = _broken(scene, taking, taking.post(f"{attempt}/entregar").location)


def _broken(scene: _Scene, client: Client, path: str) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships no types

    context = scene.window(client)
    page = context.new_page()
    page.goto(scene.base + path)
    page.wait_for_load_state()
    found = Axe().run(page, options={"runOnly": list(_AXE)}).response["violations"]
    context.close()
    return [str(item["id"]) for item in found]
