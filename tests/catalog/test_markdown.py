"""One page: terms, drawings, anchors, links, and every fault on its line."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from lms.catalog.rendering import Drawing, Page, Term, read_drawing, render_page
from lms.catalog.rendering.source import Source
from lms.kit.content import Report

GLOSSARY = {
    "psic": Term("psic", "PSIC", "<p>Proveedor.</p>"),
    "rac": Term("rac", "RAC & más", "<p>Agente.</p>"),
}
SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 480">
  <title>Título</title>
  <desc>Descripción</desc>
  <defs><marker id="punta" viewBox="0 0 10 10" refX="5" refY="5"><path class="d-ink" d="M0 0 L10 5"/></marker></defs>
  <line class="d-ink-line" x1="0" y1="0" x2="9" y2="9" marker-end="url(#punta)"/>
  <g id="caja"><text class="d-text" x="1" y="2" font-size="16">a &lt; b &amp; c</text></g>
  <use href="#caja" x="10"/>
</svg>
"""


def drawing(folder: Path, text: str, report: Report | None = None) -> Drawing | None:
    path = folder / "x.svg"
    path.write_text(text, encoding="utf-8")
    return read_drawing(path, "diagrams/x.svg", report or Report())


def page(body: str, drawings: dict[str, Drawing | None] | None = None) -> tuple[Page, Report]:
    report = Report()
    return render_page(Source(body, 11, "m.md", report), GLOSSARY, drawings or {}), report


def lines(report: Report) -> list[int]:
    return [fault.line for fault in sorted(report.errors)]


def test_terms_become_buttons_with_one_card_each() -> None:
    found, report = page("La [[psic]] y el [[rac|«agente» <b>]], otra vez [[psic|la\nmisma]].")
    assert report.as_dict() == {"errors": [], "warnings": []}
    assert '<button type="button" class="term" popovertarget="term-psic">PSIC</button>' in found.html
    assert 'popovertarget="term-rac">«agente» &lt;b&gt;</button>' in found.html
    assert 'popovertarget="term-psic">la misma</button>' in found.html
    assert found.html.count('<div popover id="term-psic" class="term-card">') == 1
    assert "<dfn>RAC &amp; más</dfn></p><p>Agente.</p></div>" in found.html
    assert found.html.index("popover id") > found.html.rindex("</button>")
    assert found.terms == ("psic", "rac")


def test_terms_in_tables_with_their_bar() -> None:
    found, report = page("| [[rac|El agente]] | Qué |\n|---|---|\n| [[psic|la psic]] | x |")
    assert report.ok
    assert 'data-label="El agente"><button' in found.html
    assert found.html.count("<button") == 2


def test_code_is_left_alone() -> None:
    found, report = page("`[[nada]]` y ``![x](y)``\n\n```\n[[nada]]\n# x\n!!! otro\n![x](y)\n```\n")
    assert report.as_dict() == {"errors": [], "warnings": []}
    assert "<code>[[nada]]</code>" in found.html
    assert found.terms == ()


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("a\n\n[[nadie]]", 13),
        ("a\n\n[[psic]", 13),
        ("a\n\n[[psic|]]", 13),
        ("a\n\n## Con [[psic]] {#a}", 13),
        ("a\n\n[ver [[psic]]](https://example.org)", 13),
        ("a\n\n    [[psic]]", 13),
        ('a\n\n[x](https://example.org "[[psic]]")', 13),
    ],
)
def test_faults_of_terms(body: str, line: int) -> None:
    _, report = page(body)
    assert set(lines(report)) == {line}


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("a\n\n## Sin ancla", 13),
        ("a\n\n### Sin ancla", 13),
        ("a\n\n# Uno {#a}", 13),
        ("## A {#a}\n\n### B {#a}", 13),
        ("a\n\n## A {#Con-Mayúscula}", 13),
        ("a\n\n## A {#term-psic}", 13),
        ("a\n\nSubrayado\n---------", 13),
        ("!!! note\n\n    ## Dentro {#x}\n", 13),
        ('a\n\n!!! danger "x"\n    b', 13),
        ("a\n\n!!! note sin comillas\n    b", 13),
        ("a\n\nb[^1]", 13),
        ("a\n\n```\nb", 13),
        ('## A {#a}\n\n<p id="a">b</p>', 13),
    ],
)
def test_faults_of_headings_and_blocks(body: str, line: int) -> None:
    _, report = page(body)
    assert line in lines(report)
    assert len(set(lines(report))) == 1


def test_contents_and_anchors() -> None:
    found, report = page("## Qué *es* [^1] {#que}\n\n### Más {#mas}\n\n#### Hondo\n\nUna palabra[^1]\n\n[^1]: Nota.")
    assert report.ok
    assert [(level, anchor) for level, anchor, _ in found.toc] == [(2, "que"), (3, "mas")]
    assert found.toc[1][2] == "Más"
    assert found.anchors == ("que", "mas")


def test_words_are_those_a_reader_reads() -> None:
    found, _ = page("Una, dos y [[psic|tres cuatro]].")
    assert found.words == 5


def test_admonitions_without_title_get_one_in_spanish() -> None:
    found, _ = page("!!! warning\n    Cuidado\n")
    assert '<p class="admonition-title">Atención</p>' in found.html


def test_a_drawing_is_inline_labelled_and_its_ids_are_its_own(tmp_path: Path) -> None:
    given = drawing(tmp_path, SVG)
    shown = '![Lo "que" dice](diagrams/x.svg "Un <pie>")'
    found, report = page(f"a\n\n{shown}\n\n- b\n\n    {shown}\n", {"diagrams/x.svg": given})
    assert report.as_dict() == {"errors": [], "warnings": []}
    assert found.html.count('<figure class="diagram"><svg role="img" aria-label="Lo &quot;que&quot; dice"') == 2
    assert 'viewBox="0 0 640 480"' in found.html
    assert "<figcaption>Un &lt;pie&gt;</figcaption>" in found.html
    assert "<p><figure" not in found.html
    for number in (1, 2):
        assert found.html.count(f'id="diagram-{number}-punta"') == 1
        assert f'marker-end="url(#diagram-{number}-punta)"' in found.html
        assert f'<use href="#diagram-{number}-caja"' in found.html
    ElementTree.fromstring(f"<div>{found.html}</div>")  # noqa: S314  (our own output)


@pytest.mark.parametrize(
    "body",
    [
        "a\n\n![](diagrams/x.svg)",
        "a\n\n![x](diagrams/otro.svg)",
        "a\n\n![x](https://example.org/x.svg)",
        "a\n\n![x](../x.svg)",
        "a\n\nVer ![x](diagrams/x.svg) aquí",
        "a\n\n<img src='https://example.org/x.png'>",
        'a\n\n![x](diagrams/x.svg "[[psic]]")',
        "a\n\n![x](diagrams/x.svg)\npegado",
    ],
)
def test_faults_of_drawings_on_a_page(tmp_path: Path, body: str) -> None:
    _, report = page(body, {"diagrams/x.svg": drawing(tmp_path, SVG)})
    assert set(lines(report)) == {13}


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("<svg", '<!DOCTYPE svg [<!ENTITY a "b">]>\n<svg', 1),
        ("<svg", "<?xml-stylesheet href='x'?><svg", 1),
        ("</svg>", "", 9),
        (' viewBox="0 0 640 480"', "", 1),
        ("0 0 640 480", "0 0 721 480", 1),
        ("<svg ", '<svg width="640" ', 1),
        ("<svg ", '<svg onload="alert(1)" ', 1),
        ("<title>Título</title>", "<!-- x -->", 3),
        ('x2="9"', 'style="fill:red"', 5),
        ('x2="9"', 'stroke="#f00"', 5),
        ('x2="9"', 'onclick="x()"', 5),
        ('x2="9"', 'xlink:href="#a"', 5),
        ("url(#punta)", "url(https://example.org/#a)", 5),
        ("url(#punta)", "url(#nada)", 5),
        ("d-ink-line", "rojo", 5),
        ('font-size="16"', 'font-size="13.5"', 6),
        ('font-size="16"', 'font-size="1em"', 6),
        ('font-size="16"', 'font-family="Arial"', 6),
        ('id="caja"', 'id="punta"', 6),
        ('href="#caja"', 'href="https://example.org/a.svg#b"', 7),
        ('<use href="#caja" x="10"/>', "<script>alert(1)</script>", 7),
        ('<use href="#caja" x="10"/>', "<foreignObject/>", 7),
        ('<use href="#caja" x="10"/>', '<image href="x.png"/>', 7),
        ('<use href="#caja" x="10"/>', '<a href="#caja"/>', 7),
        ('<use href="#caja" x="10"/>', '<g id="k"><use href="#caja"/></g><use href="#k"/>', 7),
        ('<use href="#caja" x="10"/>', "suelto", 1),
        ('<use href="#caja" x="10"/>', "<g>" * 60 + "</g>" * 60, 7),
    ],
)
def test_faults_inside_a_drawing(tmp_path: Path, old: str, new: str, line: int) -> None:
    assert old in SVG
    report = Report()
    assert drawing(tmp_path, SVG.replace(old, new, 1), report) is None
    assert line in lines(report)
    assert {fault.file for fault in report.errors} == {"diagrams/x.svg"}


@pytest.mark.parametrize(
    ("body", "gone"),
    [
        ("a\n\n<script>alert(1)</script>", "<script>"),
        ("a\n\n<p style='color:red'>b</p>", "style"),
        ("a\n\n<p onclick='x()'>b</p>", "onclick"),
        ("a\n\n[b](javascript:alert(1))", "href"),
        ("a\n\n<div class='banner'>b</div>", "banner"),
    ],
)
def test_what_sanitising_takes_away_is_said(body: str, gone: str) -> None:
    found, report = page(body)
    assert [(fault.line, gone in fault.message) for fault in report.warnings] == [(13, True)]
    assert gone not in found.html


def test_links_are_handed_on_with_their_lines() -> None:
    found, _ = page("a [x](otro#uno) [w](otro#uno-b)\n\n[y](#dos) [z](https://example.org)[^1]\n\n[^1]: n")
    assert [(link.href, link.line) for link in found.links] == [
        ("otro#uno", 11),
        ("otro#uno-b", 11),
        ("#dos", 13),
    ]
