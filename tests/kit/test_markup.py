"""Nothing that runs, frames, posts or styles gets through; what Markdown makes does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.kit.markup import TAGS, render, sanitise

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<p onclick='alert(1)'>x</p>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "<a href='java&#10;script:alert(1)'>x</a>",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "<iframe src='https://example.org'></iframe>",
    "<form action='/x'><input name=a><button>x</button></form>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<p style='position:fixed'>x</p>",
    "x{: style='color:red' onmouseover='alert(1)' }",
    "<div popover id=x class='term-card'>x</div>",
    "<a id='location' name='x' href='#'>x</a>",
    "<object data=x></object><embed src=x><base href='https://example.org'>",
    "<meta http-equiv=refresh content='0;url=https://example.org'>",
    "![x](https://example.org/x.png)",
    "<details open ontoggle=alert(1)>x</details>",
]


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {key for key, _ in attrs}
        self.addresses += [value or "" for key, value in attrs if key == "href"]


def seen(html: str) -> Seen:
    parser = Seen()
    parser.feed(html)
    parser.close()
    return parser


ATTRIBUTES = {
    "href", "title", "rel", "class", "align", "colspan", "rowspan", "scope", "start", "lang", "dir", "data-label",
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_taken_out(attack: str) -> None:
    found = seen(render("Antes\n\n" + attack + "\n\nDespués"))
    assert found.tags <= TAGS
    assert found.attributes <= ATTRIBUTES
    assert not any(":" in address.split("/")[0] for address in found.addresses if not address.startswith("http"))
    assert "term-card" not in render(attack)


@given(st.text(alphabet="<>\"'=/:() []{}#!abonclikrefsvgjt&;\n\\`*_", max_size=80))
def test_whatever_is_written_only_the_allow_list_comes_out(text: str) -> None:
    found = seen(render(text))
    assert found.tags <= TAGS
    assert found.attributes <= ATTRIBUTES


def test_tables_align_without_style_and_read_as_cards() -> None:
    html = render("| Paso | *Cuánto* <b>x</b> |\n|---|--:|\n| uno | 2 |")
    assert "style" not in html
    assert '<td align="right" data-label="Cuánto x">2</td>' in html.replace("  ", " ")
    assert 'class="table-plain table-cards"' in html
    assert '<th scope="col">Paso</th>' in html


def test_links_are_cut_off_from_the_page_that_opens_them() -> None:
    assert render("[x](https://example.org/a)") == (
        '<p><a href="https://example.org/a" rel="noopener noreferrer">x</a></p>'
    )


def test_the_extensions_are_there() -> None:
    html = render('término\n:   definición\n\n!!! note "Título"\n    Texto\n\n```\n<b>\n```\n\n1. uno\n\n- dos')
    for part in ("<dl>", 'class="admonition note"', "admonition-title", "<code>&lt;b&gt;", "<ol>", "<ul>"):
        assert part in html


def test_ids_only_where_they_are_asked_for() -> None:
    assert sanitise('<h2 id="a">x</h2>') == "<h2>x</h2>"
    assert sanitise('<h2 id="a">x</h2>', ids=True) == '<h2 id="a">x</h2>'


def test_classes_come_from_the_list() -> None:
    assert sanitise('<div class="admonition key banner">x</div>') == '<div class="admonition key">x</div>'


def test_threads_do_not_share_state() -> None:
    texts = [f"Nota[^{number}]\n\n[^{number}]: texto {number}" for number in range(40)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(render, texts)) == [render(text) for text in texts]
