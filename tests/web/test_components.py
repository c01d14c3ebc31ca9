"""The macros of `ui.html`, and the style guide that shows all of them."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterator
from fractions import Fraction

import pytest
from flask import Flask, render_template_string
from jinja2 import UndefinedError
from werkzeug.serving import make_server

from lms.web.assets import STATIC
from tests.chromium import axe_faults, launched
from tests.web.bare import faulty_form, make_app

Draw = Callable[..., str]


@pytest.fixture(scope="module")
def bare() -> Flask:
    return make_app()


@pytest.fixture
def draw(bare: Flask) -> Draw:
    """Draws one expression with `ui` at hand."""

    def drawing(source: str, **names: object) -> str:
        with bare.test_request_context():
            return render_template_string('{% import "ui.html" as ui %}' + source, **names)

    return drawing


def test_the_style_guide_keeps_the_content_security_policy(bare: Flask) -> None:
    page = bare.test_client().get("/").text
    assert not re.search(r"<[^>]*\sstyle=", page)
    assert not re.search(r"<style|<script(?![^>]*src=)|javascript:", page)
    assert not re.search(r"<[^>]*\son[a-z]+=", page)


def test_every_macro_is_on_its_page_and_in_the_style_guide() -> None:
    templates = STATIC.parent / "templates"
    names = set(re.findall(r"set (\w+) = _", (templates / "ui.html").read_text("utf-8")))
    shown = "".join(path.read_text("utf-8") for path in [*templates.glob("web/*.html"), templates / "base.html"])
    page = (templates.parents[2] / "docs" / "interface-components.md").read_text("utf-8")
    assert names == {name for name in names if f"ui.{name}(" in shown}
    assert names - {"places"} == {name for name in names if f"| `{name}(" in page}


@pytest.mark.parametrize("chosen", ["light", "dark"])
def test_a_chosen_theme_stands_on_the_page(chosen: str) -> None:
    page = make_app(theme=chosen).test_client().get("/").text
    assert f'<html lang="es" data-bs-theme="{chosen}">' in page


def test_the_device_chooses_the_theme_when_nobody_did(bare: Flask) -> None:
    assert '<html lang="es">' in bare.test_client().get("/").text


def test_a_stranger_sees_no_navigation_and_no_way_to_sign_out() -> None:
    page = make_app(signed_in=False, navigation=None, user_name=None).test_client().get("/error").text
    assert "Cerrar sesión" not in page
    assert "<nav" not in page


def test_a_form_that_could_not_be_saved_can_be_sent_again_as_it_was(bare: Flask) -> None:
    page = bare.test_client().get("/error").text
    assert '<input type="hidden" name="nota" value="a&lt;b">' in page
    assert "Enviar de nuevo" in page


@pytest.mark.parametrize(
    ("value", "kind", "verdict"),
    [
        (80, "good", "alcanza"),
        (Fraction(80), "good", "alcanza"),
        (Fraction(79_999, 1000), "bad", "todavía no alcanza"),
        (100, "good", "alcanza"),
        (0, "bad", "todavía no alcanza"),
    ],
)
def test_the_line_says_which_side_of_the_threshold_it_is_on(draw: Draw, value: object, kind: str, verdict: str) -> None:
    html = draw('{{ ui.line(value, 80, "Prueba", "x", "80 %") }}', value=value)
    assert f'class="line line-{kind}"' in html
    assert f'aria-label="Prueba: x, umbral 80 %, {verdict}"' in html
    assert 'class="line-notch" x1="80.0%"' in html


def test_a_line_without_threshold_is_plain_progress(draw: Draw) -> None:
    html = draw('{{ ui.line(40, none, "Avance") }}')
    assert 'aria-label="Avance: 40\N{NO-BREAK SPACE}%"' in html
    assert "line-notch" not in html


def test_a_line_without_a_figure_says_so_and_passes_no_judgement(draw: Draw) -> None:
    html = draw('{{ ui.line(none, 80, "Calidad") }}')
    assert 'aria-label="Calidad: sin dato, umbral 80\N{NO-BREAK SPACE}%"' in html
    assert "line-fill" not in html


@pytest.mark.parametrize(("value", "width"), [(130, "100.0%"), (33.333333, "33.33%")])
def test_the_line_never_leaves_its_track(draw: Draw, value: float, width: str) -> None:
    html = draw('{{ ui.line(value, 80, "Horas") }}', value=value)
    assert f'class="line-fill" x="0" y="5" width="{width}"' in html


def test_texts_are_escaped(draw: Draw) -> None:
    html = draw('{{ ui.state("passed", text) }}{{ ui.line(1, 2, text) }}{{ ui.mark("passed", text) }}', text='<b>"')
    assert "<b>" not in html


@pytest.mark.parametrize("call", ['ui.state("lost", "x")', 'ui.doorway("lost")', 'ui.mark("lost", "x")'])
def test_a_state_that_does_not_exist_is_an_error(draw: Draw, call: str) -> None:
    with pytest.raises(UndefinedError):
        draw("{{ " + call + " }}")


def test_a_doorway_beside_its_words_is_decoration(draw: Draw) -> None:
    assert 'aria-hidden="true"' in draw('{{ ui.doorway("open") }}')
    assert 'role="img" aria-label="Abierta"' in draw('{{ ui.doorway("open", "sm", "Abierta") }}')


def test_hint_and_error_are_tied_to_their_field(bare: Flask, draw: Draw) -> None:
    with bare.test_request_context():
        form = faulty_form()
    html = draw('{{ ui.field(form.name, help="Como en el legajo.") }}', form=form)
    control = re.search(r"<input[^>]*>", html)
    assert control is not None
    assert 'aria-describedby="name-hint name-errors"' in control[0]
    assert 'aria-invalid="true"' in control[0]
    assert '<label class="form-label" for="name">' in html
    assert re.search(r'id="name-errors">.*Hace falta un nombre\.', html, re.DOTALL)


def test_a_field_without_fault_is_not_marked(bare: Flask, draw: Draw) -> None:
    with bare.test_request_context():
        form = faulty_form()
    html = draw("{{ ui.field(form.note, rows=7) }}", form=form)
    assert "aria-invalid" not in html
    assert 'rows="7"' in html
    assert "Escrito" in html


def test_a_group_of_choices_has_a_legend_and_its_errors(bare: Flask, draw: Draw) -> None:
    with bare.test_request_context():
        form = faulty_form()
    html = draw("{{ ui.field(form.mode) }}", form=form)
    assert '<fieldset class="field field-list field-bad" aria-describedby="mode-errors">' in html
    assert '<label for="mode-1">Virtual</label>' in html


def test_the_summary_links_every_error_to_a_control_that_exists(bare: Flask) -> None:
    page = bare.test_client().get("/").text
    summary = re.search(r"form-summary.*?</ul>", page, re.DOTALL)
    assert summary is not None
    links = re.findall(r'href="#([^"]+)"', summary[0])
    assert links == ["name", "day", "mode-0"]
    assert all(f'id="{link}"' in page for link in links)


def test_every_bar_of_a_chart_opens_its_records(draw: Draw) -> None:
    html = draw(
        '{{ ui.chart_bars(["sep", "oct"], [90, none], "Horas", ["90 h", ""], ["/a", "/b"], target=80) }}',
    )
    assert '<a href="/a" aria-label="sep: 90 h">' in html
    assert '<a href="/b" aria-label="oct: sin dato">' in html


@pytest.mark.parametrize(("better", "missed"), [("high", 1), ("low", 1)])
def test_a_chart_marks_the_bars_on_the_wrong_side(draw: Draw, better: str, missed: int) -> None:
    html = draw('{{ ui.chart_bars(["a", "b", "c"], [70, 80, 90], "x", target=80, better=better) }}', better=better)
    assert html.count("chart-miss") == missed


def test_a_chart_and_a_sparkline_can_be_empty(draw: Draw) -> None:
    html = draw('{{ ui.chart_bars([], [], "Horas") }}{{ ui.sparkline([], none, "Sin datos") }}')
    assert "chart-fill" not in html
    assert 'aria-label="Sin datos"' in html


def test_a_sparkline_leaves_a_gap_where_a_month_is_missing(draw: Draw) -> None:
    html = draw('{{ ui.sparkline([1, 2, none, 3, 4], none, "x") }}')
    path = re.search(r'spark-line" d="([^"]+)"', html)
    assert path is not None
    assert re.sub(r"[^ML]", "", path[1]) == "MLML"


@pytest.fixture(scope="module")
def address(bare: Flask) -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, bare, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.browser
def test_the_style_guide_has_no_fault_of_accessibility_in_either_theme(address: str) -> None:
    with launched() as chromium:
        for scheme in ("light", "dark"):
            for width in (1280, 320):
                context = chromium.new_context(
                    viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
                )
                page = context.new_page()
                said: list[str] = []
                page.on("console", lambda entry, said=said: said.append(entry.text))
                page.goto(address)
                assert axe_faults(page) == []
                assert page.evaluate("document.documentElement.scrollWidth") == width
                assert said == []
                context.close()
