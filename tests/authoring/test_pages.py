"""The editor and the desk in a browser without script: what is typed stays, what is wrong is said, what is ready is published."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lms.assessment.commands import publish_bank
from lms.assessment.models import BankMedia
from lms.assessment.queries import bank_content
from lms.assessment.rules.plan import Section
from lms.assessment.types.registry import TYPES
from lms.authoring.commands import save_draft, set_desk
from lms.authoring.models import QuestionDraft, Release
from lms.kit.clock import utc_now
from lms.kit.permissions import SYSTEM
from tests.assessment.media import png
from tests.assessment.scene import ALL_TYPES, bank, plan, singles
from tests.conftest import NOW

PLACED = {"topic": "a", "difficulty": "easy", "pool": "exam", "status": "reviewed"}
TRUE = {"stem": "¿Es así?", "answer": "true", "feedback": "No lo es.", **PLACED}


@pytest.fixture
def published(database, cast):
    with database.writing() as session:
        publish_bank(session, SYSTEM, bank([*singles(6), *ALL_TYPES], plan(Section("a", "any", 4))), now=NOW)


@pytest.fixture
def author(app, cast, published):
    return cast.author.enter(app.test_client())


def drafts(database):
    with database.reading() as session:
        return {row.key: row for row in session.scalars(select(QuestionDraft))}


def test_every_type_can_be_opened_new_and_looked_at(author):
    page = author.get("/contenido/banco/banco/nueva").text
    for kind in [*TYPES, "caso"]:
        assert f"/contenido/banco/banco/nueva/{kind}" in page
        new = author.get(f"/contenido/banco/banco/nueva/{kind}")
        assert new.status_code == 200
        assert 'name="stem"' in new.text
        assert "Falta corregir" not in new.text.partition('data-part="fields"')[0]
    assert author.get("/contenido/banco/banco/nueva/otra").status_code == 404


@pytest.mark.parametrize("question", ALL_TYPES, ids=lambda each: each.type)
def test_a_published_question_of_each_type_opens_with_what_it_says(author, question):
    page = author.get(f"/contenido/banco/banco/editar/{question.key}").text
    assert question.stem in page
    assert "Como la ve quien responde" in page
    assert "La clave" in page
    assert f'name="v-{question.key}' in page


def test_a_question_is_written_saved_and_published(author, database):
    sent = author.post("/contenido/banco/banco/nueva/true_false", data=TRUE | {"op": "save"})
    assert sent.status_code == 303
    assert sent.location.endswith("/contenido/banco/banco/editar/es-asi")
    (draft,) = drafts(database).values()
    assert draft.document == {"id": "es-asi", "type": "true_false", "answer": True} | {
        key: value for key, value in TRUE.items() if key not in {"answer", "status"}
    }
    desk = author.get("/contenido/banco/banco/borradores").text
    assert "Se puede publicar" in desk
    done = author.post("/contenido/banco/banco/borradores", data={"draft": draft.code, "carry": "y"})
    assert done.status_code == 303
    with database.reading() as session:
        assert "es-asi" in [each.key for each in bank_content.published(session, "banco").questions]
    assert "No hay borradores" in author.get("/contenido/banco/banco/borradores").text


def test_what_is_wrong_is_said_and_what_was_typed_stays(author, database):
    author.post(
        "/contenido/banco/banco/nueva/single",
        data={"stem": "Una pregunta a medias", "options-0-text": "Uno", "op": "save"},
    )
    page = author.get("/contenido/banco/banco/editar/una-pregunta-a-medias").text
    assert "Una pregunta a medias" in page
    assert "field-bad" in page
    code = drafts(database)["una-pregunta-a-medias"].code
    refused = author.post("/contenido/banco/banco/borradores", data={"draft": code, "carry": "y"})
    assert refused.status_code == 400
    assert "Falta corregir algo antes: una-pregunta-a-medias" in refused.text
    assert code in refused.text


def test_rows_come_and_go_without_saving(author, database):
    data = {"options-0-text": "Uno", "options-1-text": "Dos"}
    more = author.post("/contenido/banco/banco/nueva/single", data=data | {"op": "add:options"}).text
    assert 'name="options-2-text"' in more
    assert 'id="options-2-text" name="options-2-text"' in more
    less = author.post("/contenido/banco/banco/nueva/single", data=data | {"op": "drop:options-0"}).text
    assert "Uno" not in less
    assert "Dos" in less
    assert drafts(database) == {}


def test_a_fragment_is_the_sheet_alone(author):
    found = author.post("/contenido/banco/banco/nueva/true_false", data=TRUE | {"op": "look", "fragment": "1"}).text
    assert "<html" not in found
    assert 'data-part="preview"' in found
    assert "¿Es así?" in found.partition('data-part="preview"')[2]


def test_script_in_a_question_runs_nowhere(author):
    data = TRUE | {"stem": "Hola <script>alert(1)</script><img src=x onerror=alert(1)>", "op": "look"}
    page = author.post("/contenido/banco/banco/nueva/true_false", data=data).text
    assert "<script>alert" not in page
    assert "onerror=alert" not in page.replace("onerror=alert(1)&gt;", "")


def test_two_authors_are_both_shown(author, app, cast, database):
    author.post("/contenido/banco/banco/nueva/true_false", data=TRUE | {"op": "save"})
    other = cast.administrator.enter(app.test_client())
    url = "/contenido/banco/banco/editar/es-asi"
    assert other.post(url, data=TRUE | {"stem": "De otra persona", "revision": "1", "op": "save"}).status_code == 303
    author = cast.author.enter(app.test_client())
    mine = author.post(url, data=TRUE | {"stem": "De acá", "revision": "1", "op": "save"})
    assert mine.status_code == 409
    assert "De otra persona" in mine.text
    assert "De acá" in mine.text
    assert drafts(database)["es-asi"].document["stem"] == "De otra persona"
    revision = re.search(r'name="revision" value="(\d+)"', mine.text)[1]
    assert author.post(url, data=TRUE | {"stem": "De acá", "revision": revision, "op": "save"}).status_code == 303
    assert drafts(database)["es-asi"].document["stem"] == "De acá"


def test_a_draft_behind_what_was_published_shows_both_and_lets_choose(author, database, cast):
    url = "/contenido/banco/banco/editar/true-1"
    author.post(url, data=TRUE | {"stem": "De acá", "op": "save"})
    with database.writing() as session:
        others = [each for each in ALL_TYPES if each.key != "true-1"]
        publish_bank(session, SYSTEM, bank([*singles(6), *others], None), now=NOW)
    page = author.get("/contenido/banco/banco/borradores").text
    assert "Se publicó otra versión mientras tanto" in page
    assert "Se publicó otra versión desde que se empezó" in author.get(url).text
    code = drafts(database)["true-1"].code
    assert author.post(f"/contenido/borrador/{code}/seguir", data={"revision": "1"}).status_code == 303
    assert "Se publicó otra versión" not in author.get("/contenido/banco/banco/borradores").text
    gone = author.post(f"/contenido/borrador/{code}/descartar", data={"revision": "1"})
    assert gone.status_code == 303
    assert drafts(database) == {}


def test_a_scenario_is_written_question_by_question(author, database):
    author.post("/contenido/banco/banco/nueva/caso", data=PLACED | {"stem": "Una llamada", "op": "save"})
    added = author.post("/contenido/banco/banco/editar/una-llamada/nueva/true_false")
    assert added.location.endswith("/editar/una-llamada/1")
    inner = {"stem": "¿Primero?", "answer": "false", "feedback": "F", "revision": "2", "op": "save"}
    assert author.post("/contenido/banco/banco/editar/una-llamada/1", data=inner).status_code == 303
    page = author.get("/contenido/banco/banco/editar/una-llamada").text
    assert "¿Primero?" in page
    code = drafts(database)["una-llamada"].code
    assert author.post("/contenido/banco/banco/borradores", data={"draft": code}).status_code == 303
    back = author.get("/contenido/banco/banco/editar/una-llamada-2", follow_redirects=False)
    assert back.status_code in {302, 404}
    assert author.get("/contenido/banco/banco/editar/una-llamada/9").status_code == 404


def test_a_second_person_reads_and_approves(author, app, cast, database):
    with database.writing() as session:
        set_desk(session, cast.author.actor, bank="banco", new_topics=[], second_person=True, now=NOW)
    author.post("/contenido/banco/banco/nueva/true_false", data=TRUE | {"op": "save"})
    code = drafts(database)["es-asi"].code
    assert "Espera que otra persona" in author.get("/contenido/banco/banco/borradores").text
    assert "lo aprueba otra persona" in author.get(f"/contenido/borrador/{code}").text
    assert author.post(f"/contenido/borrador/{code}", data={"revision": "1"}).status_code == 403
    other = cast.administrator.enter(app.test_client())
    assert "Aprobar" in other.get(f"/contenido/borrador/{code}").text
    assert other.post(f"/contenido/borrador/{code}", data={"revision": "1"}).status_code == 303
    assert "Aprobado por" in other.get("/contenido/banco/banco/borradores").text


def test_a_publication_for_a_time_is_listed_and_withdrawn(author, database):
    author.post("/contenido/banco/banco/nueva/true_false", data=TRUE | {"op": "save"})
    code = drafts(database)["es-asi"].code
    due = (utc_now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    done = author.post("/contenido/banco/banco/borradores", data={"draft": code, "carry": "y", "due_at": due})
    assert done.status_code == 303
    assert "Espera su hora" in author.get("/contenido/banco/banco/borradores").text
    with database.reading() as session:
        release = session.scalars(select(Release)).one()
    author.post(f"/contenido/publicacion/{release.code}/retirar")
    assert "Retirada" in author.get("/contenido/banco/banco/borradores").text
    late = author.post("/contenido/banco/banco/borradores", data={"draft": code, "due_at": "2020-01-01T10:00"})
    assert late.status_code == 400


def test_a_picture_is_kept_and_shown(author, database):
    sent = {"file": (io.BytesIO(png()), "color.png"), "shows": "Un [color]", "fragment": "1"}
    found = author.post("/contenido/banco/banco/medio", data=sent, content_type="multipart/form-data")
    text = re.search(r"!\[.*\]\(media/[0-9a-f]{64}\.png\)", found.text)[0]
    assert text.startswith("![Un (color)]")
    page = author.post(
        "/contenido/banco/banco/nueva/true_false", data=TRUE | {"stem": f"Mirar {text}", "op": "look"}
    ).text
    assert re.search(r'<img [^>]*src="/medio/[0-9a-f]{64}\.png"', page)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(BankMedia)) == 1
    bad = {"file": (io.BytesIO(b"<svg onload=alert(1)>"), "x.svg"), "fragment": "1"}
    assert author.post("/contenido/banco/banco/medio", data=bad, content_type="multipart/form-data").status_code == 400


def test_a_bank_is_made_in_the_browser(author):
    made = author.post("/contenido/bancos/nuevo", data={"title": "Banco nuevo", "topic": "Trato"})
    assert made.location.endswith("/contenido/banco/banco-nuevo/borradores")
    assert "Todavía no se publicó nada" in author.get(made.location).text
    again = author.post("/contenido/bancos/nuevo", data={"title": "Banco nuevo", "topic": "Trato"})
    assert again.status_code == 409


PAGES = [
    ("GET", "/contenido/banco/banco/borradores"),
    ("POST", "/contenido/banco/banco/borradores"),
    ("GET", "/contenido/banco/banco/nueva"),
    ("GET", "/contenido/banco/banco/nueva/single"),
    ("POST", "/contenido/banco/banco/nueva/single"),
    ("GET", "/contenido/banco/banco/editar/true-1"),
    ("POST", "/contenido/banco/banco/mesa"),
    ("POST", "/contenido/banco/banco/medio"),
    ("GET", "/contenido/bancos/nuevo"),
    ("GET", "/contenido/borrador/{code}"),
    ("POST", "/contenido/borrador/{code}/descartar"),
]


@pytest.mark.parametrize("name", ["agent", "coordinator", "trainer", "hr", "auditor", "stranger"])
def test_nobody_else_reaches_any_of_it(name, app, cast, database, published):
    with database.writing() as session:
        document = {"id": "x", "type": "single"}
        code = save_draft(
            session, cast.author.actor, bank="banco", key="x", document=document, revision=0, now=NOW
        ).code
    client = getattr(cast, name).enter(app.test_client())
    for method, url in PAGES:
        assert client.open(url.format(code=code), method=method).status_code == 403, url
    assert list(drafts(database)) == ["x"]


def test_the_desk_costs_the_same_whatever_lies_on_it(author, cast, database, count_queries):
    def fill(numbers):
        with database.writing() as session:
            for number in numbers:
                document = {"id": f"x-{number}", "type": "single", "stem": "S"}
                save_draft(
                    session, cast.author.actor, bank="banco", key=f"x-{number}", document=document, revision=0, now=NOW
                )

    fill(range(5))
    with count_queries() as few:
        author.get("/contenido/banco/banco/borradores")
    fill(range(5, 10))
    with count_queries() as many:
        author.get("/contenido/banco/banco/borradores")
    assert few.number == many.number


def test_the_bank_and_a_question_lead_to_the_editor_for_who_may_write(author, app, cast):
    assert "/contenido/banco/banco/borradores" in author.get("/contenido/banco/banco").text
    assert "/contenido/banco/banco/editar/true-1" in author.get("/contenido/banco/banco/pregunta/true-1").text
    trainer = cast.trainer.enter(app.test_client())
    assert "/borradores" not in trainer.get("/contenido/banco/banco").text
    assert "/editar/" not in trainer.get("/contenido/banco/banco/pregunta/true-1").text
