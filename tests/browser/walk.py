"""Steps of the whole thread, as people take them in a browser. Each page that is opened is judged by axe."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import expect

from lms.assessment.queries.attempts import items_of
from lms.demo.answers import raw_answer
from tests.browser.world import PHRASE, World
from tests.chromium import axe_faults


@dataclass
class Walk:
    """One browser and what it saw: `judged` are the addresses that axe found nothing on."""

    world: World
    browser: Any
    judged: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def enter(self, number: str, **context: Any) -> Any:
        """A fresh browser window in which `number` signs in through the form."""
        page = self.page(**context)
        self.go(page, "/ingresar")
        page.fill("#identifier", number)
        page.fill("#password", PHRASE)
        page.click("main form button[type=submit]")
        page.wait_for_url(lambda url: "/ingresar" not in url)
        self.judge(page)
        return page

    def page(self, **context: Any) -> Any:
        usual = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
        made = self.browser.new_context(**(usual | context))
        page = made.new_page()
        page.on("console", lambda entry: self.said.append(f"{page.url}: {entry.text}"))
        page.on("pageerror", lambda fault: self.said.append(f"{page.url}: {fault}"))
        return page

    def go(self, page: Any, path: str) -> None:
        """Open a path of the site and judge it."""
        answer = page.goto(path if path.startswith("http") else self.world.server.url + path)
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        self.judge(page)

    def judge(self, page: Any) -> None:
        page.wait_for_load_state()
        faults = axe_faults(page)
        assert not faults, f"{page.url}: {faults}"
        self.judged.append(page.url.removeprefix(self.world.server.url))

    def press(self, page: Any, text: str, where: str = "main") -> None:
        """Press a button or follow a link by its words, wait for the page that comes, and judge it."""
        target = page.locator(f"{where} button, {where} a").filter(has_text=text).first
        with page.expect_navigation():
            target.click()
        self.judge(page)

    def answer_everything(self, page: Any, attempt_id: int, wrong: int = 0) -> None:
        """Answer each question of the open attempt on the page, all but the first `wrong` ones rightly."""
        with self.world.database.reading() as session:
            items = items_of(session, attempt_id)
        for item in items:
            page.click(f".palette a[data-to='{item.position}']")
            self._answer(page, item, raw_answer(item, right=item.position > wrong))
        expect(page.locator("[data-saved]")).not_to_contain_text("…")

    def _answer(self, page: Any, item: Any, raw: list[str]) -> None:
        with page.expect_response(lambda answer: answer.url.endswith("/guardar") and answer.ok):
            self.give(page, item, raw)

    def give(self, page: Any, item: Any, raw: list[str]) -> None:
        """Answer the question that is shown, whether or not it can be sent now."""
        name, kind = f"q{item.position}", item.question.kind.name
        if kind == "matching":
            for place, choice in enumerate(raw):
                page.select_option(f"select[name='{name}-{place}']", choice)
        elif kind == "ordering":
            self._order(page, name, raw)
        else:
            for choice in raw:
                page.locator(f"input[name='{name}'][value='{choice}']").check()

    def _order(self, page: Any, name: str, raw: list[str]) -> None:
        """Bring each item to its place with the buttons that move it up."""
        rows = page.locator(f"#{name} .order-row")
        page.locator(f"#{name} [data-order-keep] button").click() if raw == self._shown(page, name) else None
        for place, choice in enumerate(raw):
            while (at := self._shown(page, name).index(choice)) > place:
                rows.nth(at).locator("[data-move='-1']").click()

    def _shown(self, page: Any, name: str) -> list[str]:
        return [row.get_attribute("data-choice") for row in page.query_selector_all(f"#{name} .order-row")]
