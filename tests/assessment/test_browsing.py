"""The list of a bank: every filter alone and together, counts, search, paging, its cost, and who may see it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.assessment.commands import publish_bank
from lms.assessment.formats.bank import LoadedQuestion
from lms.assessment.models import BankVersionQuestion, ItemStatistic, Question, QuestionVersion, StatisticsRun, Test
from lms.assessment.queries import browsing
from lms.assessment.rules.browsing import Entry, Filter, Shelf, page_of
from lms.assessment.rules.plan import Section
from lms.assessment.rules.texts import folded, searched
from lms.kit.db import Database
from lms.kit.permissions import SYSTEM
from tests.assessment.scene import bank, plan, question, singles
from tests.cast import Cast
from tests.conftest import NOW

PAGE = "/contenido/banco/banco"
FORM = plan(Section("a", "easy", 1))


def made(key: str, **facts: Any) -> LoadedQuestion:
    """A question of the scene with facts of its own, and a hash for them."""
    built = question(
        key,
        facts.pop("kind", "single"),
        topic=facts.pop("topic", "a"),
        difficulty=facts.pop("difficulty", "easy"),
        pool=facts.pop("pool", "exam"),
        stem=facts.pop("stem", ""),
    )
    return replace(built, **facts, content_hash=f"{key}-{sorted(facts.items())}".ljust(64, "0"))


QUESTIONS = [
    made("q-1", stem="¿Cómo se atiende una queja de facturación?", tags=("legal",)),
    made("q-2", topic="b", stem="La atención de la llamada", difficulty="hard", tags=("legal", "voz")),
    made("q-3", topic="b", kind="multiple", pool="practice", stem="Una QUEJA técnica"),
    made("q-4", status="draft", stem="Cien por ciento: 100% _exacto_", title="Nombre para autoras"),
    made("q-5", status="retired", stem="El niño ñandú"),
]


@pytest.fixture
def published(database: Database) -> None:
    with database.writing() as session:
        publish_bank(session, SYSTEM, bank(QUESTIONS, FORM), now=NOW)


def keys(page: str) -> list[str]:
    return re.findall(r"/pregunta/([a-z0-9-]+)\"", page)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["q-1", "q-2", "q-3", "q-4", "q-5"]),
        ("tema=b", ["q-2", "q-3"]),
        ("dificultad=hard", ["q-2"]),
        ("tipo=multiple", ["q-3"]),
        ("uso=practice", ["q-3"]),
        ("estado=draft", ["q-4"]),
        ("estado=retired", ["q-5"]),
        ("etiqueta=legal", ["q-1", "q-2"]),
        ("etiqueta=legal&tema=b", ["q-2"]),
        ("q=queja", ["q-1", "q-3"]),
        ("q=ATENCION", ["q-2"]),
        ("q=QUEJA+facturacion", ["q-1"]),
        ("q=nino+nandu", ["q-5"]),
        ("q=100%25", ["q-4"]),
        ("q=_exacto_", ["q-4"]),
        ("q=autoras", ["q-4"]),
        ("q=q-3", ["q-3"]),
        ("q=queja&tema=b&tipo=multiple&uso=practice", ["q-3"]),
        ("q=queja&tema=a&tipo=multiple", []),
        ("tema=nada&tipo=nada&q=", ["q-1", "q-2", "q-3", "q-4", "q-5"]),
        ("senal=hard", []),
        ("desde=q-3", ["q-4", "q-5"]),
    ],
)
def test_every_filter_alone_and_together(
    app: Flask, cast: Cast, published: None, query: str, expected: list[str]
) -> None:
    page = cast.author.enter(app.test_client()).get(f"{PAGE}?{query}")
    assert page.status_code == 200
    assert keys(page.text) == expected
    if not expected:
        assert "Ninguna pregunta con esos filtros" in page.text


def test_counts_say_what_each_choice_would_show(app: Flask, cast: Cast, published: None) -> None:
    page = html.unescape(cast.auditor.enter(app.test_client()).get(f"{PAGE}?q=queja").text)
    assert "2 preguntas de 5" in page
    assert "Tema A (1)" in page
    assert "Tema B (1)" in page
    assert "opción múltiple (1)" in page
    assert "legal (2)" in page
    page = html.unescape(cast.auditor.enter(app.test_client()).get(f"{PAGE}?tema=b&dificultad=hard").text)
    assert "1 pregunta de 5" in page
    assert "Tema A (0)" not in page
    assert "difícil (1)" in page
    assert "fácil (1)" in page


def test_paging_keeps_the_filter(app: Flask, cast: Cast, database: Database) -> None:
    with database.writing() as session:
        publish_bank(session, SYSTEM, bank([*singles(120), *singles(3, "b")], FORM), now=NOW)
    author = cast.author.enter(app.test_client())
    seen: list[str] = []
    url: str | None = f"{PAGE}?tema=a&q=enunciado"
    while url:
        page = author.get(url).text
        seen += keys(page)
        onward = re.search(r'rel="next" href="([^"]+)"', page)
        url = html.unescape(onward[1]) if onward else None
    assert seen == [f"a-easy-{number:05d}" for number in range(120)]


def flagged(session: Session, flags: dict[str, tuple[int, list[str]]]) -> None:
    """A run of statistics in which questions have these numbers of people and flags."""
    test = session.scalars(select(Test.id)).one()
    run = StatisticsRun(
        code="r" * 32, test_id=test, first_only=True, attempts=9, last_result_id=1, figures={}, made_at=NOW
    )
    session.add(run)
    session.flush()
    rows = session.execute(
        select(QuestionVersion.id, Question.key)
        .join(Question, Question.id == QuestionVersion.question_id)
        .join(BankVersionQuestion, BankVersionQuestion.question_version_id == QuestionVersion.id)
    )
    figures = {"facility": 0.5, "random_guess": None, "sd": 0.5, "discrimination_index": 30.0,
               "discriminative_efficiency": 40.0, "corrected_item_total": 0.3}  # fmt: skip
    for version, key in rows:
        if key in flags:
            people, some = flags[key]
            session.add(
                ItemStatistic(
                    run_id=run.id, question_version_id=version, n=people, flags=some, figures=figures, responses=[]
                )
            )


def test_flags_of_the_statistics_are_shown_and_filtered(
    app: Flask, cast: Cast, database: Database, published: None
) -> None:
    with database.writing() as session:
        flagged(session, {"q-1": (9, ["hard", "weak"]), "q-2": (9, []), "q-3": (4, ["hard"]), "q-4": (9, ["easy"])})
    author = cast.author.enter(app.test_client())
    assert keys(author.get(f"{PAGE}?senal=hard").text) == ["q-1"]  # of too few people nothing is said
    assert keys(author.get(f"{PAGE}?senal=any").text) == ["q-1", "q-4"]
    assert keys(author.get(f"{PAGE}?senal=any&q=queja").text) == ["q-1"]
    assert "muy difícil, discrimina poco" in author.get(f"{PAGE}?senal=hard").text


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}?q=queja&senal=any", f"{PAGE}/parecidas", f"{PAGE}/pregunta/q-1"])
def test_only_who_may_read_content(app: Flask, cast: Cast, published: None, path: str) -> None:
    for member, status in (
        (cast.author, 200),
        (cast.auditor, 200),
        (cast.trainer, 200),
        (cast.agent, 403),
        (cast.stranger, 403),
    ):
        assert member.enter(app.test_client()).get(path).status_code == status, member
    assert app.test_client().get(path).status_code in {302, 303}


def test_the_list_sends_four_statements_whatever_the_bank_holds(
    app: Flask, cast: Cast, database: Database, count_queries: Callable[[], Any]
) -> None:
    author = cast.author.enter(app.test_client())
    paths = [PAGE, f"{PAGE}?tema=a&tipo=single", f"{PAGE}?q=enunciado+de&tema=a", f"{PAGE}?q=enunciado&senal=any"]

    def cost(path: str) -> int:
        assert author.get(path).status_code == 200
        with count_queries() as counted:
            author.get(path)
        return int(counted.number)

    with database.writing() as session:
        publish_bank(session, SYSTEM, bank(singles(60), FORM), now=NOW)
        flagged(session, {f"a-easy-{number:05d}": (9, ["hard"]) for number in range(60)})
    before = [cost(path) for path in paths]
    assert max(before) <= 4, before
    with database.writing() as session:
        publish_bank(session, SYSTEM, bank(singles(120), FORM), now=NOW)
    assert [cost(path) for path in paths] == before


def test_a_bank_that_is_published_anew_is_listed_anew(session: Session) -> None:
    first = publish_bank(session, SYSTEM, bank(QUESTIONS, FORM), now=NOW)
    assert len(browsing.shelf_of(session, first.id).entries) == 5
    second = publish_bank(session, SYSTEM, bank([*QUESTIONS, made("q-6")], FORM), now=NOW)
    assert len(browsing.shelf_of(session, second.id).entries) == 6
    assert len(browsing.search(session, second.id, "q-6")) == 1
    assert browsing.search(session, first.id, "q-6") == frozenset()


_KINDS = st.tuples(
    st.sampled_from("ab"), st.sampled_from(["easy", "hard"]), st.just("single"), st.just("exam"), st.just("draft")
)
_ENTRIES = st.lists(st.tuples(_KINDS, st.sets(st.sampled_from("xy"))), max_size=12)


@given(_ENTRIES, st.sampled_from(["", "a", "b"]), st.sampled_from(["", "x"]), st.none() | st.sets(st.integers(0, 11)))
def test_pages_hold_each_question_once_and_counts_agree(
    found: list[tuple[tuple[str, ...], set[str]]], topic: str, tag: str, ids: set[int] | None
) -> None:
    entries = [Entry(at, str(at), f"k-{at:02d}", kinds, tuple(sorted(tags))) for at, (kinds, tags) in enumerate(found)]
    asked = Filter((topic, "", "", "", ""), tag, ids)
    expected = [
        each
        for each in entries
        if (not topic or each.kinds[0] == topic)
        and (not tag or tag in each.tags)
        and (ids is None or each.version_id in ids)
    ]
    seen: list[Entry] = []
    while True:
        page = page_of(Shelf(entries), asked, after=seen[-1].key if seen else "", size=3)
        assert page.total == len(expected)
        assert sum(page.facets["difficulty"].values()) == len(expected)
        seen += page.entries
        if not page.more:
            break
    assert seen == expected


def test_what_is_searched_is_folded_and_tags_stand_apart() -> None:
    text = searched(["k-1", "Título"], {"stem": "Ñandú  ÁÉ", "options": [{"text": "Sí", "grade": "1/2"}]}, ["Ley #1"])
    assert text == "\n#ley #1\nk-1 titulo si nandu ae"
    assert "1/2" not in text
    assert folded("  ¿Qué\n es?  ") == "¿que es?"
