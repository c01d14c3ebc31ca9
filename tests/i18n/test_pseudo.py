"""No page, error or file shows a text that cannot be translated: all of them are read in a language of brackets."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.home.demo_accounts import ACCOUNTS
from lms.kit.db import Database
from lms.web.context import services
from tests.cast import Cast
from tests.i18n.pseudo import LANGUAGE, Data
from tests.walk import Provider

pytestmark = pytest.mark.usefixtures("pseudo")
OF_THE_HOUSE = {"assets.serve", "web.health", "assessment.template_csv"}
"""Not pages; and a template whose words are those that its reader knows, in each language from a table of its own."""
HEADERS = {"Accept-Language": LANGUAGE, "Accept": "text/html"}
Found = dict[str, set[str]]


def _read(answer: TestResponse, data: Data, found: Found, where: str) -> None:
    if answer.mimetype == "text/html" and answer.status_code != 303:
        said = data.untranslated(answer.text)
    elif answer.mimetype == "text/csv" or (answer.mimetype == "text/plain" and answer.status_code >= 400):
        said = data.untranslated_head(answer.text)
    else:
        said = []
    for each in said:
        found[each].add(where)


def _report(found: Found) -> str:
    return "".join(f"\n{text!r}\n    {', '.join(sorted(where)[:4])}" for text, where in sorted(found.items()))


def test_every_url_and_its_errors(
    app: Flask, database: Database, cast: Cast, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "commit", Session.flush)
    data = Data(database.engine)
    found: Found = defaultdict(set)
    with app.test_request_context():
        addresses = [
            (rule.endpoint, method, url_for(rule.endpoint, **provider.fill(rule)))
            for rule in app.url_map.iter_rules()
            if rule.endpoint not in OF_THE_HOUSE
            and not provider.missing(rule)  # the walk of all URLs names what is missing
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        ]
    for name, member in cast.members().items():
        for endpoint, method, url in addresses:
            answer = member.enter(app.test_client()).open(url, method=method, headers=HEADERS)
            _read(answer, data, found, f"{method} {endpoint} as {name}")
    for endpoint, method, url in addresses:
        _read(
            app.test_client().open(url, method=method, headers=HEADERS), data, found, f"{method} {endpoint} as nobody"
        )
    assert not found, _report(found)


def _links(page: str) -> Iterator[str]:
    for link in re.findall(r'(?:href|action)="(/[^"#]*)', page):
        yield link.replace("&amp;", "&")


MOST_OF_A_KIND = 4
"""Pages of one endpoint and set of parameters that one account opens: each state of a thing is met, not each row."""


def _crawl(app: Flask, client: FlaskClient) -> Iterator[tuple[str, TestResponse]]:
    """Every page that links lead to from the first one."""
    seen: set[str] = set()
    opened: dict[tuple[str, ...], int] = defaultdict(int)
    waiting = deque(["/"])
    adapter = app.url_map.bind("localhost")
    while waiting:
        url = waiting.popleft()
        path, _mark, query = url.partition("?")
        if url in seen or not adapter.test(path, "GET"):
            continue
        seen.add(url)
        endpoint, _arguments = adapter.match(path, "GET")
        kind = (endpoint, *sorted(each.split("=")[0] for each in query.split("&")))
        opened[kind] += 1
        if endpoint in OF_THE_HOUSE or opened[kind] > MOST_OF_A_KIND:
            continue
        answer = client.get(url, headers=HEADERS, follow_redirects=True)
        yield url, answer
        if answer.mimetype == "text/html":
            waiting.extend(_links(answer.text))


def test_the_demo_from_link_to_link(demo_app: Flask) -> None:
    demo_app.config["WTF_CSRF_ENABLED"] = False
    with demo_app.app_context():
        engine = services().database.engine
    data = Data(engine)
    found: Found = defaultdict(set)
    pages = 0
    for account in ACCOUNTS:
        client = demo_app.test_client()
        client.post("/ingresar", data={"identifier": account.number, "password": account.password})
        for url, answer in _crawl(demo_app, client):
            pages += 1
            _read(answer, data, found, f"{url} as {account.number}")
    assert pages > 150
    assert not found, _report(found)
