"""What all formats share: decoding, escaping, HTML, ids, media, the report."""

from __future__ import annotations

import base64
import html
import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lms.assessment.formats import exchange
from lms.assessment.formats.decoding import decode
from lms.assessment.formats.exchange import Defaults, Format, Gathering, Losses, Unreadable, complete, guess, summary
from lms.assessment.formats.file_media import Media, Shown
from lms.assessment.formats.html_markdown import plain_text, to_markdown
from lms.assessment.formats.identity import slug
from lms.assessment.formats.markdown_text import escaped, escaped_lines
from lms.kit import markup
from tests.assessment.formats.checks import faults_of

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20

SIGNS = st.text(
    st.sampled_from("ab1 9.:)(*_`#>+-=~|[]{}\\<>&;!?/\"'ñ«»\n"),
    max_size=40,
)


def shown(markdown: str) -> str:
    """What a reader sees of Markdown, as words."""
    page = re.sub(r"<br\s*/?>", " ", markup.render(markdown))
    return " ".join(html.unescape(re.sub(r"</?[a-z][^<>]*>", "", page)).split())


@given(SIGNS)
@example("* a")
@example("1. a")
@example("_____ y _____")
@example("a * b * c")
@example("[x](y) ![z](w) [[t]] [^1]")
@example("&lt; <b> &amp;")
@example(":   a")
@example("~~~")
@example("===")
def test_plain_text_reads_the_same_as_markdown(text: str) -> None:
    assert shown(escaped(text)) == " ".join(text.split())
    assert shown(escaped_lines(text)) == " ".join(text.split())


@given(SIGNS)
def test_the_text_of_html_reads_the_same_as_markdown(text: str) -> None:
    words = " ".join(text.split())
    assert shown(to_markdown(f"<p>{html.escape(text)}</p>").text) == words
    assert plain_text(f"<p>{html.escape(text)}</p>") == words


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>Uno</p><p>Dos</p>", "Uno\n\nDos"),
        ("<p>Uno<br />Dos</p>", "Uno  \nDos"),
        ("<b>Uno </b>y <em>dos</em>", "**Uno** y *dos*"),
        ("<ul><li>Uno<li>Dos</ul>", "- Uno\n- Dos"),
        ("<ol><li>Uno<ul><li>Dentro</li></ul></li></ol>", "1. Uno\n\n    - Dentro"),
        ("<h1>Título</h1>", "## Título"),
        ("H<sub>2</sub>O", "H<sub>2</sub>O"),
        ("<code>a * b</code>", "`a * b`"),
        ("<pre>\nx = 1\n</pre>", "~~~\nx = 1\n~~~"),
        ("<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2|3</td></tr></table>",
         "| A | B |\n| --- | --- |\n| 1 | 2&#124;3 |"),
        ('<a href="https://example.org/x">ver</a>', "[ver](https://example.org/x)"),
        ('<a href="javascript:alert(1)">ver</a>', "ver"),
        ("a<script>alert('<b>')</script><style>p{}</style>b", "ab"),
        ("a<!-- no <b>esto</b> -->b", "ab"),
        ("2 < 3 y 3 > 2", "2 < 3 y 3 > 2"),
        ("&lt;script&gt;", "&lt;script>"),
        ("<blockquote><p>Uno</p><p>Dos</p></blockquote>", "> Uno\n>\n> Dos"),
        ("caf&eacute;&nbsp;\N{SOFT HYPHEN}solo", "café\xa0solo"),
    ],
)  # fmt: skip
def test_html_becomes_markdown(source: str, expected: str) -> None:
    assert to_markdown(source).text == expected


@pytest.mark.parametrize(
    "hostile",
    ["<!--" * 25_000, "<a b='" * 16_000, "<div>" * 20_000, "</b>" * 25_000, "<b" * 50_000, "&" * 100_000, "<" * 100_000,
     "<td>" * 25_000, "<p><b>" * 15_000, "*_`[" * 25_000, '<img src="' * 10_000, "<![CDATA[" * 11_000],
)  # fmt: skip
def test_hostile_html_is_read_in_time(hostile: str) -> None:
    before = time.process_time()
    to_markdown(hostile)
    plain_text(hostile)
    assert time.process_time() - before < 5


@pytest.mark.parametrize(
    ("data", "text", "warned"),
    [
        ("año".encode(), "año", ""),
        ("año\r\ny\rz".encode("utf-8-sig"), "año\ny\nz", ""),
        ("año".encode("utf-16"), "año", ""),
        ("año y más".encode("utf-16-le"), "año y más", "utf-16-le"),
        ("año € “”".encode("cp1252"), "año € “”", "windows-1252"),
        (b"a\x81\xf1o", "a\x81ño", "ISO-8859-1"),
        (b"a\x01b\x0cc", "abc", ""),
    ],
)
def test_encodings_are_detected(data: bytes, text: str, warned: str) -> None:
    found = decode(data)
    assert found.text == text
    assert warned in found.warning
    assert bool(found.warning) == bool(warned)


def test_what_is_no_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unreadable, match="no es un archivo de texto"):
        decode(b"PK\x03\x04\0\0\0\xff")
    with pytest.raises(Unreadable, match="no lo está"):
        decode(b"\xef\xbb\xbf\xff")
    monkeypatch.setattr("lms.assessment.formats.decoding.MAX_BYTES", 3)
    with pytest.raises(Unreadable, match="pasa de"):
        decode(b"abcd")


def test_ids_come_from_the_file_and_stay_the_same() -> None:
    def ids() -> list[str]:
        gathering = Gathering("x")
        gathering.take("1", 1, "¿Qué es el PSIC?", {"stem": "a"})
        gathering.take("2", 2, "Repetida", {"stem": "a"})
        gathering.take("3", 3, "Repetida", {"stem": "b"})
        gathering.take("4", 4, "Repetida", {"stem": "b"})
        gathering.take("5", 5, "", {"stem": "**Sin** nombre"})
        gathering.take("6", 6, "", {"stem": "¿?"})
        gathering.take("7", 7, "Otra", {"stem": "c"}, key="AUD 001")
        return [each.document["id"] for each in gathering.finish().questions]

    found = ids()
    assert found == ids()
    assert len(set(found)) == 7
    assert found[0] == "que-es-el-psic"
    assert re.fullmatch(r"repetida-[0-9a-f]{8}", found[1])
    assert found[3] == f"{found[2]}-2"
    assert found[4] == "sin-nombre"
    assert re.fullmatch(r"pregunta-[0-9a-f]{8}", found[5])
    assert found[6] == "aud-001"
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", each) for each in found)
    assert slug("¡¿" * 10) == ""


def test_media_are_told_by_their_bytes_and_kept_once() -> None:
    files: dict[str, bytes] = {}
    media = Media(files)
    assert media.keep("../../etc/Gráfico 1.gif", PNG) == "grafico-1.png"
    assert media.keep("otro.png", PNG) == "grafico-1.png"
    assert re.fullmatch(r"grafico-1-[0-9a-f]{8}\.png", media.keep("grafico-1.png", PNG + b"1"))
    with pytest.raises(ValueError, match="no es una imagen"):
        media.keep("x.png", b"<svg onload=alert(1)>")
    with pytest.raises(ValueError, match="base64"):
        media.keep_base64("x.png", "%%%")
    assert len(files) == 2
    shown_files = Shown(media)
    shown_files.beside("mi foto.png", base64.b64encode(PNG).decode())
    converted = to_markdown(
        '<p><img src="@@PLUGINFILE@@/mi%20foto.png" alt="Un [grá]fico"> <img src="x.png" alt="y"></p>', shown_files
    )
    assert converted.text == "![Un \\[grá\\]fico](media/grafico-1.png) y"
    assert len(converted.faults) == 1


def test_the_report_counts_what_was_found_and_says_what_was_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    gathering = Gathering("gift")
    gathering.take("línea 1", 1, "a", {"type": "single", "stem": "s"})
    gathering.take_scenario("línea 2", 2, "b", {"stem": "s", "questions": [{"type": "open"}, {"type": "open"}]})
    gathering.reject("línea 9", "c", "no tiene respuesta")
    for line in range(7):
        gathering.warn_together(f"línea {line}", "las pistas no se toman")
    parsed = gathering.finish()
    complete(parsed, Defaults(status="draft"))
    assert parsed.topics == {"general": "General"}
    assert summary(parsed) == {
        "format": "gift",
        "found": 4,
        "imported": 3,
        "by_type": {"open": 2, "single": 1},
        "rejected": [{"where": "línea 9", "name": "c", "reason": "no tiene respuesta"}],
        "warnings": ["las pistas no se toman (línea 0, línea 1, línea 2, línea 3, línea 4 y 2 más)"],
    }
    assert parsed.questions[0].document == {
        "id": "a", "type": "single", "stem": "s", "topic": "general", "difficulty": "medium", "pool": "both", "status": "draft",
    }  # fmt: skip
    monkeypatch.setattr(exchange, "MAX_QUESTIONS", 4)
    with pytest.raises(Unreadable, match="más de"):
        gathering.take("línea 3", 3, "d", {})


def test_losses_of_one_kind_are_one_sentence() -> None:
    losses = Losses()
    for number in range(7):
        losses.note({"id": f"q{number}"}, "Aiken no guarda la explicación")
    assert losses.sentences() == ("Aiken no guarda la explicación: q0, q1, q2, q3, q4 y 2 más.",)


def test_the_surest_format_wins_and_the_ending_decides_between_equals() -> None:
    def made(name: str, suffix: str, sure: int) -> Format:
        return Format(name, name, (suffix,), lambda *_: sure, lambda *_: exchange.Parsed(name))

    one, two, no = made("one", ".txt", 50), made("two", ".gift", 50), made("no", ".xml", 0)
    assert guess([one, two, no], b"x", "A.GIFT") is two
    assert guess([one, two, no], b"x", "a") is one
    assert guess([no], b"x", "a.xml") is None
    assert guess([], b"x", "a.xml") is None


@pytest.mark.parametrize(
    "last", ["Todas las anteriores", "Ninguna de las anteriores", "All of the above", "None of these."]
)
def test_options_that_speak_of_the_others_keep_their_order(last: str) -> None:
    gathering = Gathering("gift")
    options = [{"text": "A"}, {"text": "B"}, {"text": last, "correct": True}]
    gathering.take("línea 1", 1, "a", {"type": "single", "stem": "s", "options": options})
    parsed = gathering.finish()
    assert parsed.questions[0].document["shuffle"] is False
    assert faults_of(parsed) == []
