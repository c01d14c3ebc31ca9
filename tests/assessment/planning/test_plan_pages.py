"""The pages of a plan: build it, check it, look at a sample, publish it; who may, and what two authors do at once."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from lms.assessment.commands import publish_bank
from lms.assessment.commands.planning import save_plan
from lms.assessment.formats.yaml_plan import read_plan_document
from lms.assessment.formats.yaml_plan_writer import document_of
from lms.assessment.models import Attempt, PlanDraft
from lms.assessment.queries import content
from lms.assessment.rules.plan import FORWARD, Section
from lms.assessment.rules.showing import Review, Shown
from lms.kit.content import Report, parse_yaml
from lms.kit.permissions import SYSTEM
from tests.assessment.scene import ALL_TYPES, bank, make_scene, plan, question, singles

PLAN = plan(Section("a", "any", 4), slug="banco")
EDITOR, CHECK = "/contenido/prueba/banco/plan", "/contenido/prueba/banco/plan/comprobar"
FORM = {
    "title": "Prueba de ensayo",
    "pass_mark": "80%",
    "minutes": "30",
    "attempts": "3",
    "delay_hours": "0",
    "sections-0-topic": "a",
    "sections-0-difficulty": "any",
    "sections-0-count": "4",
    "revision": "0",
}
PAGES = [
    ("GET", "/contenido/pruebas"),
    ("GET", "/contenido/pruebas/nueva"),
    ("POST", "/contenido/pruebas/nueva"),
    ("GET", EDITOR),
    ("POST", EDITOR),
    ("POST", CHECK),
    ("GET", "/contenido/prueba/banco/plan.yaml"),
    ("GET", "/contenido/prueba/banco/muestra"),
    ("GET", "/contenido/prueba/banco/publicar"),
    ("POST", "/contenido/prueba/banco/publicar"),
    ("GET", "/contenido/prueba/banco/llevar"),
    ("POST", "/contenido/prueba/banco/llevar"),
    ("POST", "/contenido/prueba/banco/descartar"),
]


@pytest.fixture
def scene(database, cast, real_now):
    with database.writing() as session:
        return make_scene(session, cast, real_now, singles(12), PLAN)


@pytest.fixture
def client(app, cast, scene):
    return cast.author.enter(app.test_client())


def text_of(answer):
    return re.sub(r"\s+", " ", answer.text.replace("\xa0", " "))


def keep(database, who, now, test=PLAN, **changes):
    with database.writing() as session:
        facts = {"slug": "banco", "document": document_of(test), "version": None, "revision": 0, "now": now}
        return save_plan(session, who.actor, **(facts | changes)).revision


def hidden(answer, name):
    return re.search(rf'name="{name}" value="([^"]*)"', answer.text)[1]


def newer(database, count, now):
    with database.writing() as session:
        publish_bank(session, SYSTEM, bank(singles(count), None), now=now)


@pytest.mark.parametrize("who", ["agent", "coordinator", "trainer", "hr", "auditor", "stranger"])
def test_who_publishes_nothing_sees_no_page_of_a_plan(app, cast, scene, who):
    client = getattr(cast, who).enter(app.test_client())
    assert {client.open(url, method=method).status_code for method, url in PAGES} == {403}
    assert "/contenido/pruebas" not in client.get("/").text


@pytest.mark.parametrize("who", ["author", "administrator"])
def test_who_publishes_sees_all_of_them(app, cast, scene, who):
    client = getattr(cast, who).enter(app.test_client())
    assert {client.get(url).status_code for method, url in PAGES if method == "GET"} <= {200, 303}
    assert "/contenido/pruebas" in client.get("/").text


def test_the_list_says_what_each_test_is(client, database, cast, real_now):
    newer(database, 20, real_now)
    keep(database, cast.author, real_now)
    page = text_of(client.get("/contenido/pruebas"))
    for part in ("Prueba de ensayo", "versión 1", "80 %", "Curso de prueba", "Con borrador", "Hay un banco más nuevo"):
        assert part in page, part


def test_the_editor_says_what_each_section_has_and_how_many_attempts_stay_unseen(client):
    page = text_of(client.get(EDITOR))
    for part in (
        "Hay 12 preguntas.",
        "Alcanza para 3 intentos sin repetir.",
        "Hay preguntas para 3 intentos sin repetir ninguna.",
        "Se puede publicar",
        "Sin borrador: se ve el plan vigente.",
    ):
        assert part in page, part
    assert 'aria-invalid="true"' not in page


def test_the_answer_to_the_script_says_the_same_and_writes_nothing(client, database):
    lacking = FORM | {"sections-0-count": "20", "minutes": "mucho"}
    said = text_of(client.post(CHECK, data=lacking))
    page = text_of(client.post(EDITOR, data=lacking | {"op": "check"}))
    for part in (
        "El banco no alcanza para la sección «Tema A, cualquiera»: pide 20 y hay 12; faltan 8",
        "«Minutos: mucho» no es un número entero.",
        "Falta corregir 2 cosas",
    ):
        assert part in said, part
        assert part in page, part
    assert '<div id="f-minutes-said" data-spot>' in said
    spots = set(re.findall(r'id="([^"]+)" data-spot', said))
    assert spots == set(re.findall(r'id="([^"]+)" data-spot', page))
    assert "<form" not in said
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(PlanDraft)) == 0


def test_rows_are_added_moved_and_dropped_by_buttons_that_post(client):
    two = FORM | {"sections-1-topic": "b", "sections-1-difficulty": "easy", "sections-1-count": "1"}

    def topics(operation):
        page = client.post(EDITOR, data=two | {"op": operation})
        assert page.status_code == 200
        rows = page.text.split('<fieldset class="plan-row')[1:]
        return [(re.search(r'<option value="([^"]*)" selected', row) or [None, ""])[1] for row in rows]

    assert topics("add") == ["a", "b", "any"]  # nothing chosen but the difficulty
    assert topics("down-0") == ["b", "a"]
    assert topics("up-1") == ["b", "a"]
    assert topics("drop-0") == ["b"]
    assert topics("nada") == ["a", "b"]


def test_everything_that_a_plan_can_say_survives_the_form(client, database, cast, real_now):
    whole = replace(
        PLAN,
        navigation=FORWARD,
        per_page=2,
        fixed=("a-easy-00001",),
        opens=real_now.replace(second=0, microsecond=0),
        closes=real_now.replace(second=0, microsecond=0) + timedelta(days=30),
        room=True,
        addresses=("10.20.0.0/16",),
        review=Review(during=Shown(feedback=True), closed=Shown(marks=True, right=True)),
        after_failure="refresher",
        order="plan",
    )
    keep(database, cast.author, real_now, document=document_of(whole, ZoneInfo(cast.author.actor.zone)))
    page = client.get(EDITOR).text
    form = page.partition("data-plan=")[2].partition("</form>")[0]
    sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    for tag in re.findall(r"<input class[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag)[1], re.search(r'value="([^"]*)"', tag)[1]
        if "checkbox" not in tag or " checked" in tag:
            sent[name] = value
    for name, inner in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        sent[name] = (re.search(r'value="([^"]*)" selected', inner) or [None, ""])[1]
    sent |= dict(re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL))
    assert client.post(EDITOR, data=sent | {"op": "save"}).status_code == 303
    with database.reading() as session:
        draft = session.scalars(select(PlanDraft)).one()
        assert draft.revision == 1, draft.document  # it says the same: nothing was to be saved
    file = client.get("/contenido/prueba/banco/plan.yaml")
    assert file.headers["Content-Disposition"] == 'attachment; filename="plan.yaml"'
    assert read_plan_document(parse_yaml(file.text, "plan.yaml", Report()), ["a"], []) == whole


def test_a_draft_is_saved_with_its_faults_and_told_so(client, database):
    saved = client.post(EDITOR, data=FORM | {"minutes": "", "op": "save"}, follow_redirects=True)
    page = text_of(saved)
    assert "Falta corregir 1 cosa para publicarlo." in page
    assert "Falta completar: Minutos." in page
    assert 'aria-invalid="true"' in page
    sample = text_of(client.get("/contenido/prueba/banco/muestra"))
    assert "Con este plan no se puede sortear un formulario" in sample
    publishing = client.get("/contenido/prueba/banco/publicar")
    assert "Así no se puede publicar" in publishing.text
    assert "Publicar exactamente esto" not in publishing.text
    refused = client.post(
        "/contenido/prueba/banco/publicar", data={"revision": "1", "seen": "x"}, follow_redirects=True
    )
    assert refused.status_code == 400
    assert "El plan no se puede publicar todavía" in refused.text
    with database.reading() as session:
        assert content.test_plan(session, "banco")[1].minutes == 30


def test_what_is_typed_is_never_markup(client):
    hostile = "<script>alert(1)</script>"
    page = client.post(
        EDITOR,
        data=FORM
        | dict.fromkeys(("title", "minutes", "pass_mark", "fixed", "order", "opens", "sections-0-topic"), hostile)
        | {"op": "save"},
        follow_redirects=True,
    )
    assert page.status_code == 200
    assert hostile not in page.text
    assert "&lt;script&gt;" in page.text


def test_from_a_draft_to_a_publication_that_says_what_it_changes(client, database, cast, scene):
    with database.writing() as session:
        attempt = scene.start(session)
        code, old = attempt.code, attempt.plan_version_id
    answer = client.post(EDITOR, data=FORM | {"minutes": "45", "sections-0-count": "3", "op": "publish"})
    assert answer.location == "/contenido/prueba/banco/publicar"
    page = client.get(answer.location)
    text = text_of(page)
    for part in (
        'Minutos</th><td data-label="Ahora">30</td>',
        "4 preguntas",
        "3 preguntas",
        "Sección Tema A, cualquiera",
    ):
        assert part in text, part
    done = client.post(answer.location, data={"revision": hidden(page, "revision"), "seen": hidden(page, "seen")})
    assert done.location == "/contenido/pruebas"
    with database.reading() as session:
        current = content.test_plan(session, "banco")[1]
        assert (current.minutes, current.questions) == (45, 3)
        kept = session.scalars(select(Attempt).where(Attempt.code == code)).one()
        assert kept.plan_version_id == old != current.id
    assert client.get("/contenido/prueba/banco/publicar").status_code == 303  # nothing left to publish


def test_what_was_not_seen_is_not_published(client, database, cast, real_now):
    keep(database, cast.author, real_now, replace(PLAN, minutes=45))
    page = client.get("/contenido/prueba/banco/publicar")
    newer(database, 20, real_now)
    sent = {"revision": hidden(page, "revision"), "seen": hidden(page, "seen")}
    refused = client.post("/contenido/prueba/banco/publicar", data=sent)
    assert refused.status_code == 409
    assert "Desde que se abrió esta página cambió" in refused.text
    assert (
        client.post("/contenido/prueba/banco/publicar", data=sent | {"seen": hidden(refused, "seen")}).status_code
        == 303
    )


def test_two_authors_at_once_lose_nothing(app, client, cast, database, real_now):
    other = cast.administrator.enter(app.test_client())
    assert client.post(EDITOR, data=FORM | {"minutes": "45", "op": "save"}).status_code == 303
    late = other.post(EDITOR, data=FORM | {"minutes": "50", "title": "La mía", "op": "save"})
    assert late.status_code == 409
    text = text_of(late)
    for part in (
        f"{cast.author.actor.name} guardó otro plan de esta prueba mientras tanto",
        "minutes: 45",
        "minutes: 50",
        "title: La mía",
        'data-label="Lo guardado">45</td>',
        'data-label="Lo escrito acá">50</td>',
    ):
        assert part in text, part
    with database.reading() as session:
        assert session.scalars(select(PlanDraft)).one().document["minutes"] == 45
    mine = FORM | {"minutes": "50", "title": "La mía", "revision": hidden(late, "revision")}
    assert 'name="minutes" value="50"' in late.text
    assert 'value="La mía"' in other.post(EDITOR, data=mine | {"op": "check"}).text
    assert other.post(EDITOR, data=mine | {"op": "save"}).status_code == 303
    with database.reading() as session:
        draft = session.scalars(select(PlanDraft)).one()
        assert (draft.document["title"], draft.revision) == ("La mía", 2)
        assert draft.changed_by == cast.administrator.id


def test_a_draft_that_is_gone_is_told_with_what_was_typed(client, database, cast, real_now):
    revision = keep(database, cast.author, real_now, replace(PLAN, minutes=45))
    assert client.post("/contenido/prueba/banco/descartar", data={"revision": "9"}).status_code == 409
    assert client.post("/contenido/prueba/banco/descartar", data={"revision": str(revision)}).status_code == 303
    late = client.post(EDITOR, data=FORM | {"minutes": "55", "revision": str(revision), "op": "save"})
    assert late.status_code == 409
    assert "El borrador ya no está" in late.text
    assert "minutes: 55" in late.text
    assert hidden(late, "revision") == "0"


def test_the_same_plan_goes_over_a_newer_bank(client, database, real_now):
    newer(database, 20, real_now)
    assert "Llevar el mismo plan a la última versión" in client.get(EDITOR).text
    page = client.get("/contenido/prueba/banco/llevar")
    assert 'data-label="Después">2</td>' in page.text
    assert client.post("/contenido/prueba/banco/llevar", data={"seen": "otra cosa"}).status_code == 409
    assert client.post("/contenido/prueba/banco/llevar", data={"seen": hidden(page, "seen")}).status_code == 303
    assert client.get("/contenido/prueba/banco/llevar").location == EDITOR
    newer(database, 3, real_now)
    short = text_of(client.get("/contenido/prueba/banco/llevar"))
    assert "pide 4 y hay 3; faltan 1" in short
    assert "Publicar exactamente esto" not in short


def test_an_older_version_of_the_bank_can_be_chosen(client, database, real_now):
    newer(database, 30, real_now)
    assert "Hay 30 preguntas." in text_of(client.post(CHECK, data=FORM))
    assert "Hay 12 preguntas." in text_of(client.post(CHECK, data=FORM | {"version": "1"}))
    assert client.post(CHECK, data=FORM | {"version": "7"}).status_code == 404
    assert client.post(EDITOR, data=FORM | {"version": "1", "op": "save"}).status_code == 303
    assert '<option value="1" selected>' in client.get(EDITOR).text
    assert "Hay 30 preguntas." in text_of(client.post(EDITOR, data=FORM | {"version": "", "op": "check"}))


def test_a_test_is_begun_for_a_bank(client, database):
    page = client.get("/contenido/pruebas/nueva?banco=banco")
    assert "Banco de ensayo" in page.text
    made = client.post("/contenido/pruebas/nueva", data={"bank": "banco", "title": "Repaso", "slug": "repaso"})
    assert made.location == "/contenido/prueba/repaso/plan"
    assert 'value="Repaso"' in client.get(made.location).text
    assert client.get("/contenido/prueba/repaso/muestra").status_code == 303
    again = client.post("/contenido/pruebas/nueva", data={"bank": "banco", "slug": "repaso"})
    assert again.status_code == 409
    assert "Ya hay una prueba con el identificador «repaso»" in again.text
    assert client.post("/contenido/pruebas/nueva", data={"bank": "ninguno", "slug": "x"}).status_code == 400
    assert "Sin publicar" in client.get("/contenido/pruebas").text
    assert client.get("/contenido/prueba/ninguna/plan").status_code == 404


def test_a_sample_is_another_at_each_press_shows_no_key_unasked_and_records_nothing(app, cast, database, real_now):
    several = [*ALL_TYPES, *(question(f"x{number}", topic="a") for number in range(20))]
    with database.writing() as session:
        test = plan(Section("a", "any", 6), Section("b", "any", 2), per_page=3)
        make_scene(session, cast, real_now, several, test)
    client = cast.author.enter(app.test_client())
    first, second = (client.get("/contenido/prueba/banco/muestra").location for _ in "ab")
    assert first != second
    page = client.get(first)
    assert text_of(page).partition("<main")[2] == text_of(client.get(first)).partition("<main")[2]
    keys = [re.findall(r'translate="no">(\S+)</span>, puntos', client.get(url).text) for url in (first, second)]
    assert len(keys[0]) == len(keys[1]) == 8
    assert keys[0] != keys[1]
    text = text_of(page)
    assert "Página 3 de 3" in text
    assert "Es una vista previa: no se registra nada" in text
    assert "Explicación de" not in text
    assert "F-dos" not in text
    shown = text_of(client.get(f"{first}&claves=1"))
    assert "Explicación de" in shown
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == 0


@pytest.mark.parametrize(
    "url",
    ["/contenido/pruebas", EDITOR, "/contenido/prueba/banco/publicar", "/contenido/prueba/banco/muestra?semilla=abcd"],
)
def test_a_page_takes_as_many_queries_for_twice_as_much(  # noqa: PLR0917 - fixtures
    client, cast, database, real_now, count_queries, url
):
    keep(database, cast.author, real_now, replace(PLAN, minutes=45))
    client.get(url)
    with count_queries() as before:
        assert client.get(url).status_code == 200
    with database.writing() as session:
        publish_bank(session, SYSTEM, bank(singles(24), PLAN, slug="otro"), now=real_now)
        publish_bank(session, SYSTEM, bank(singles(24), None), now=real_now)
    client.get(url)
    with count_queries() as after:
        assert client.get(url).status_code == 200
    assert after.number <= before.number <= 12, after.statements


def test_what_cannot_be_read_is_told_as_it_was_typed(client):
    typed = FORM | {"minutes": "mucho", "sections-0-pass_mark": "101%", "op": "publish"}
    page = text_of(client.get(client.post(EDITOR, data=typed).location))
    assert 'data-label="Después">mucho</td>' in page
    assert "«Mínimo: 101%» tiene que ser un porcentaje" in page
    assert "«Minutos: mucho» no es un número entero." in page
