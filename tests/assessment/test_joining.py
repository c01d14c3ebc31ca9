"""Files of a bank and what others publish meanwhile: told, joined, or replaced with a reason; never overwritten."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.assessment.commands import publish_bank, publish_plan
from lms.assessment.commands.joining import MERGE, PLAN, REPLACE, TITLE, Joined, publish_files
from lms.assessment.formats.bank import Base, LoadedBank, LoadedQuestion
from lms.assessment.models import BankVersion
from lms.assessment.queries import bank_content, content
from lms.assessment.rules.joining import base_of, diverged
from lms.assessment.rules.plan import Section
from lms.assessment.rules.versions import BROWSER, IMPORT
from lms.kit.audit import AuditEntry
from lms.kit.errors import Conflict, Invalid, NotAllowed
from lms.kit.permissions import SYSTEM, Actor
from tests.assessment.scene import bank, plan, question
from tests.conftest import NOW

FORM = plan(Section("a", "easy", 1), slug="banco")
QUESTIONS = {key: question(key) for key in ("q-1", "q-2", "q-3")}


def loaded(*, base: Base | None = None, without: str = "", **changed: str) -> LoadedBank:
    """The files: each question of `changed` says that; `base` is what they say they were taken from."""
    held = {key: each for key, each in QUESTIONS.items() if key != without}
    held |= {key.replace("_", "-"): question(key.replace("_", "-"), stem=text) for key, text in changed.items()}
    return replace(bank([held[key] for key in sorted(held)], FORM), base=base)


def push(session: Session, files: LoadedBank, **options: Any) -> Joined:
    return publish_files(session, SYSTEM, files, now=NOW, **options)


def edit(session: Session, origin: str = BROWSER, **changed: str) -> BankVersion:
    """What somebody publishes in the browser: the current version with some questions changed."""
    now, _ = bank_content.current(session, "banco")
    held: dict[str, LoadedQuestion] = {each.key: each for each in now.questions}
    held |= {key.replace("_", "-"): question(key.replace("_", "-"), stem=text) for key, text in changed.items()}
    whole = replace(now, questions=tuple(held[key] for key in sorted(held)))
    return publish_bank(session, SYSTEM, whole, now=NOW, origin=origin)


def stems(session: Session) -> dict[str, str]:
    return {each.key: each.stem for each in bank_content.published(session, "banco").questions}


def base(session: Session) -> Base:
    return bank_content.current(session, "banco")[1]


def test_files_alone_go_on_as_ever(session: Session) -> None:
    first = push(session, loaded())
    taken = base(session)
    assert push(session, loaded(q_1="Otro")).version.number == 2
    assert push(session, loaded(q_1="Otro más", base=taken)).version.number == 3
    assert push(session, loaded(without="q-2")).version.number == 4
    assert push(session, loaded()).version.id == first.version.id


def test_what_was_changed_in_the_browser_is_not_overwritten(session: Session) -> None:
    push(session, loaded())
    edit(session, q_1="Del navegador")
    with pytest.raises(Conflict) as refused:
        push(session, loaded(q_2="De los archivos"))
    assert refused.value.key == "assessment.bank_diverged"
    assert refused.value.params == {"bank": "banco", "files": "q-2", "published": "q-1", "both": "—"}
    assert stems(session)["q-1"] == "Del navegador"


def test_what_changed_on_one_side_only_is_joined(session: Session) -> None:
    push(session, loaded())
    taken = base(session)
    edit(session, q_1="Del navegador", q_9="Nueva en el navegador")
    joined = push(session, loaded(base=taken, q_2="De los archivos", without="q-3"), mode=MERGE)
    assert stems(session) == {
        "q-1": "Del navegador",
        "q-2": "De los archivos",
        "q-9": "Nueva en el navegador",
    }
    assert (joined.difference.files, joined.difference.published) == (("q-2", "q-3"), ("q-1", "q-9"))
    # The same files again, with or without a lock: what was joined stays.
    for files in (
        loaded(base=taken, q_2="De los archivos", without="q-3"),
        loaded(q_2="De los archivos", without="q-3"),
    ):
        assert push(session, files).kept
    assert stems(session)["q-1"] == "Del navegador"
    # Edited again before they were exported, they do not know what was joined: told, and solved by an export.
    with pytest.raises(Conflict):
        push(session, loaded(q_2="Y otra vez", without="q-3"), mode=MERGE)
    now, taken = bank_content.current(session, "banco")
    again = [question("q-2", stem="Y otra vez") if each.key == "q-2" else each for each in now.questions]
    assert push(session, replace(now, questions=tuple(again), base=taken)).version.number == 4
    assert stems(session)["q-1"] == "Del navegador"


def test_what_changed_on_both_sides_is_a_conflict_and_needs_a_reason(session: Session) -> None:
    push(session, loaded())
    edit(session, q_1="Del navegador", q_3="También")
    files = loaded(q_1="De los archivos")
    for mode, key in (("plain", "assessment.bank_diverged"), (MERGE, "assessment.bank_conflict")):
        with pytest.raises(Conflict) as refused:
            push(session, files, mode=mode)
        assert (refused.value.key, refused.value.params["both"]) == (key, "q-1")
    with pytest.raises(Invalid):
        push(session, files, mode=REPLACE, reason="  ")
    assert stems(session)["q-1"] == "Del navegador"
    push(session, files, mode=REPLACE, reason="Se decidió en la reunión")
    assert stems(session) == {"q-1": "De los archivos", "q-2": "Enunciado de q-2", "q-3": "Enunciado de q-3"}
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "bank.replace")).one()
    assert entry.subject_code == "banco"


def test_files_with_nothing_new_leave_the_bank_as_it_is(session: Session) -> None:
    push(session, loaded())
    edit(session, q_1="Del navegador")
    found = push(session, loaded())
    assert found.kept
    assert found.version.number == 2
    assert stems(session)["q-1"] == "Del navegador"


def test_files_taken_after_the_change_are_published(session: Session) -> None:
    push(session, loaded())
    stale = base(session)
    edit(session, q_1="Del navegador")
    fresh = base(session)
    files = loaded(base=fresh, q_1="Del navegador", q_2="De los archivos")
    assert push(session, files).version.number == 3
    # Whoever still has the files of before is told, although files were published last.
    with pytest.raises(Conflict) as refused:
        push(session, loaded(base=stale, q_3="De otra carpeta"))
    assert refused.value.params["published"] == "q-1, q-2"


def test_a_bank_that_only_imports_made_is_not_lost_to_files(session: Session) -> None:
    publish_bank(session, SYSTEM, loaded(q_1="Importada"), now=NOW, origin=IMPORT)
    with pytest.raises(Conflict) as refused:
        push(session, loaded())
    assert refused.value.params["both"] == "q-1"


def test_a_plan_of_the_browser_stays_and_one_of_both_is_a_conflict(session: Session) -> None:
    push(session, loaded())
    other = replace(FORM, minutes=45)
    publish_plan(session, SYSTEM, other, bank_version=session.scalars(select(BankVersion)).one(), now=NOW)
    assert push(session, loaded()).kept
    push(session, loaded(q_1="De los archivos"), mode=MERGE)

    def minutes() -> int:
        found = content.test_plan(session, "banco")
        assert found is not None
        return found[1].minutes

    assert minutes() == 45
    with pytest.raises(Conflict) as refused:
        push(session, replace(loaded(q_1="De los archivos"), plan=replace(FORM, minutes=50)))
    assert refused.value.params["both"] == PLAN
    assert minutes() == 45


def test_titles_and_topics_are_joined_too(session: Session) -> None:
    push(session, loaded())
    now, _ = bank_content.current(session, "banco")
    publish_bank(session, SYSTEM, replace(now, title="Otro nombre"), now=NOW, origin=BROWSER)
    found = push(session, loaded(q_1="De los archivos"), mode=MERGE)
    assert found.difference.published == (TITLE,)
    after = bank_content.published(session, "banco")
    assert (after.title, after.questions[0].stem) == ("Otro nombre", "De los archivos")


def test_only_who_may_publish_publishes_files(session: Session) -> None:
    with pytest.raises(NotAllowed):
        publish_files(session, Actor(1, "X", frozenset()), loaded(), now=NOW)


_HASHES = st.dictionaries(st.sampled_from("abcde"), st.sampled_from(["1", "2", "3"]))


@given(_HASHES, _HASHES, _HASHES)
def test_nothing_is_lost_whatever_each_side_did(
    was: dict[str, str], here: dict[str, str], there: dict[str, str]
) -> None:
    found = diverged(was, here, there)
    for name in {*was, *here, *there}:
        values = was.get(name), here.get(name), there.get(name)
        differs = values[1] != values[2]
        assert (name in found.both) == (differs and values[1] != values[0] != values[2])
        assert (name in found.published) == (differs and values[1] == values[0])
        assert (name in found.files) == (differs and values[2] == values[0])


@pytest.mark.parametrize(
    ("origins", "start", "current", "expected"),
    [
        (["files"], None, 0, 0),
        (["files", "browser"], None, 1, 0),
        (["browser"], None, 0, None),
        (["files", "files", "files"], 0, 2, 2),
        (["files", "browser", "files"], 0, 2, 0),
        (["files", "browser", "files"], 1, 2, 2),
        (["files", "files", "browser"], 0, 2, 1),
        (["files", "files"], 0, 0, 0),
    ],
)
def test_what_files_are_held_against(origins: list[str], start: int | None, current: int, expected: int | None) -> None:
    assert base_of(origins, start, current) == expected
