"""Whatever a file holds, a parser takes it or says why not: no other exception, no hang, in bounded time."""

from __future__ import annotations

import contextlib
import io
import random
import time
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.assessment.formats.checking import check
from lms.assessment.formats.exchange import Defaults, Format, Unreadable, complete, guess
from lms.assessment.formats.registry import FORMATS
from lms.assessment.formats.sheet import XLSX
from tests.assessment.formats.checks import SAMPLES

NAMES = [each.name for each in FORMATS if each.name in {"yaml", "moodle-xml", "gift", "aiken", "qti", "xlsx", "csv"}]
BY_NAME = {each.name: each for each in FORMATS}
SHEET = """id;tipo;caso;texto del caso;enunciado;text with gaps;option A;match A;value A;retro A;option B;match B;key;rubric;units
a;;;;P;;x;;1;f;y;;;;
b;;;;P;;=1;;;;b;;A;;
c;;k;K;P;;a -> b;;;;c;d;;;
d;;k;;P;a {{*x@1/2#f|y|##z}} {{=1 ± 0,1}} {{b, peso 2, acentos::c}};;;;;;;;;
e;abierta;;;P;;;;;;;;;"C [c]
- 0: x
- 1: y";
f;;;;P;;;;;;;;3..5 | 3 ± 5%;;m, cm=1/100
"""


def _workbook() -> bytes:
    parsed = BY_NAME["csv"].parse(SHEET.encode(), "x")
    return XLSX.write(parsed.contents()).data  # type: ignore[misc]  # it is written


SEEDS = {
    "csv": SHEET.encode(),
    "xlsx": _workbook(),
    "gift": b"""// [id:a] [tag:b]
$CATEGORY: $course$/top/N

::T\\:::[html]<p>A</p>{
=x#f
~%50%y
####g}

B{#1:2}

C{=a->b =c->d}

D {T#a#b} e

E{}

F{=%50%x =y}
""",
    "aiken": b"P\nA) x\nB. y\nANSWER: A\n\nQ\na) 1\nb) 2\nANSWER: b\n",
    "yaml": b"""questions:
- {id: a, type: single, topic: t, stem: S, options: [{text: x, correct: true}, {text: y}]}
scenarios:
- {id: s, stem: S, questions: [{id: q, type: open, stem: W}]}
""",
    "moodle-xml": b"""<?xml version="1.0"?><quiz>
<question type="category"><category><text>$course$/A</text></category></question>
<question type="multichoice"><name><text>N</text></name>
<questiontext format="html"><text><![CDATA[<p>A<img src="@@PLUGINFILE@@/x.png">]]></text>
<file name="x.png" encoding="base64">iVBORw0KGgo=</file></questiontext>
<answer fraction="100"><text>x</text></answer><answer fraction="0"><text>y</text><feedback><text>f</text></feedback></answer>
</question>
<question type="cloze"><questiontext><text>A {1:SHORTANSWER:=x#f~%50%y} {2:NUMERICAL:=1:0.1} {1:MC:=a~b}</text></questiontext>
</question>
<question type="numerical"><questiontext><text>N</text></questiontext>
<answer fraction="100"><text>1</text><tolerance>0.1</tolerance></answer>
<units><unit><multiplier>1</multiplier><unit_name>m</unit_name></unit></units></question></quiz>""",
}
SEEDS["qti"] = b"""<?xml version="1.0"?>
<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2" identifier="a" title="T" adaptive="false" timeDependent="false">
<responseDeclaration identifier="R" cardinality="multiple" baseType="identifier"><correctResponse><value>x</value><value>y</value>
</correctResponse><mapping lowerBound="0" defaultValue="0"><mapEntry mapKey="x" mappedValue="1"/></mapping></responseDeclaration>
<responseDeclaration identifier="N" cardinality="single" baseType="float"/><outcomeDeclaration identifier="SCORE"
cardinality="single" baseType="float"/><itemBody><p>S <textEntryInteraction responseIdentifier="N"/></p>
<choiceInteraction responseIdentifier="R" shuffle="true" maxChoices="0"><prompt>P</prompt><simpleChoice identifier="x">X
<feedbackInline outcomeIdentifier="F" identifier="x" showHide="show">f</feedbackInline></simpleChoice>
<simpleChoice identifier="y">Y</simpleChoice><simpleChoice identifier="z">Z</simpleChoice></choiceInteraction></itemBody>
<responseProcessing><responseCondition><responseIf><match><variable identifier="R"/><correct identifier="R"/></match>
<setOutcomeValue identifier="SCORE"><baseValue baseType="float">1</baseValue></setOutcomeValue></responseIf><responseElse>
<setOutcomeValue identifier="SCORE"><mapResponse identifier="R"/></setOutcomeValue></responseElse></responseCondition>
</responseProcessing><modalFeedback outcomeIdentifier="F" identifier="x" showHide="show">m</modalFeedback></assessmentItem>"""
TOKENS = [
    *(
        b"{ } ~ = # #### :: -> \\ %50% % // < > & ]]> <!-- <text> </text> <![CDATA[ &#0; &x; {1:MC: {1:SA:= $CATEGORY: [ ] *a | '"
    ).split(),
    *(
        b"\n",
        b"\n\n",
        b"\t",
        b"\x00",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\xc3",
        b"\xed\xa0\x80",
        b"- ",
        b": ",
        b"&a ",
        b"ANSWER: ",
        b"A) ",
    ),
    *(b"1e999", b"9" * 40),
]


def files(name: str) -> list[bytes]:
    """What is bent: files of our own, and the samples where they are."""
    folder = {"gift": "gift", "aiken": "aiken", "moodle-xml": "moodle-xml", "qti": "qti"}.get(name)
    found = (
        sorted(path for path in (SAMPLES / folder).rglob("*") if path.suffix in {".gift", ".txt", ".xml", ".zip"})
        if folder
        else []
    )
    return [SEEDS[name], *(data for path in found if len(data := path.read_bytes()) < 60_000)]


def bent(data: bytes, chance: random.Random) -> bytes:
    """`data` with pieces cut, doubled, swapped and put in."""
    for _ in range(chance.randint(1, 6)):
        at, to = sorted(chance.randrange(len(data) + 1) for _ in range(2))
        to = min(to, at + chance.choice([1, 3, 20, 400]))
        how = chance.randrange(4)
        if how == 0:
            data = data[:at] + data[to:]
        elif how == 1:
            data = data[:to] + data[at:]
        elif how == 2:
            data = data[:at] + chance.choice(TOKENS) + data[at:]
        else:
            data = data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
    return data


def bent_book(data: bytes, chance: random.Random) -> bytes:
    """A workbook with one of its parts bent, packed again: a bent package alone seldom comes as far as the reader."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    name = chance.choice(["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", *parts])
    parts[name] = bent(parts[name], chance)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for each, said in parts.items():
            packed.writestr(each, said)
    return buffer.getvalue() if chance.random() < 0.9 else bent(buffer.getvalue(), chance)


def survives(form: Format, data: bytes) -> None:
    """Read `data` to the end, as an import does; nothing is raised but a refusal of the whole."""
    before = time.process_time()
    guess(FORMATS, data, "x")
    parsed = None
    with contextlib.suppress(Unreadable):
        parsed = form.parse(data, "x")
    if parsed is not None:
        found = parsed.found
        complete(parsed, Defaults())
        checked = check(parsed)
        assert parsed.found == found
        assert len({question.key for question in checked.all}) == len(checked.all)
        contents = checked.contents()
        for each in FORMATS:
            if each.write is not None:
                each.write(contents)
    assert time.process_time() - before < 5


def run(name: str, cases: int) -> None:
    seeds, chance = files(name), random.Random(20260301)
    bend = bent_book if name == "xlsx" else bent
    for _ in range(cases):
        survives(BY_NAME[name], bend(chance.choice(seeds), chance))


@pytest.mark.parametrize("name", NAMES)
def test_bent_files_are_read_or_refused(name: str) -> None:
    run(name, 150)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.lists(st.one_of(st.sampled_from(TOKENS), st.binary(max_size=6)), max_size=40).map(b"".join))
def test_noise_is_read_or_refused(name: str, data: bytes) -> None:
    survives(BY_NAME[name], data)


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_ten_thousand_bent_files_are_read_or_refused(name: str) -> None:
    run(name, 10_000)


def _question(kind: bytes, text: bytes) -> bytes:
    start = b'<quiz><question type="' + kind + b'"><questiontext><text>'
    return start + text + b"</text></questiontext></question></quiz>"


def _qti(options: bytes, rules: bytes = b"", right: bytes = b"") -> bytes:
    return (
        b'<assessmentItem identifier="a"><responseDeclaration identifier="R" cardinality="multiple" baseType="identifier">'
        b"<correctResponse>" + right + b"</correctResponse></responseDeclaration><itemBody><choiceInteraction"
        b' responseIdentifier="R">' + options + b"</choiceInteraction></itemBody><responseProcessing>" + rules
        + b"</responseProcessing></assessmentItem>"
    )  # fmt: skip


DEEP = 50_000
HOSTILE: dict[str, Callable[[], bytes]] = {
    "gift": lambda: b"A{" * DEEP,
    "gift closing": lambda: b"A{T}" + b"}" * DEEP,
    "gift pairs": lambda: b"{T}" * DEEP,
    "gift lines": lambda: b"{T}\n" * DEEP,
    "gift options": lambda: b"A{" + b"~x=" * DEEP + b"}",
    "gift arrows": lambda: b"A{" + b"=a->b" * DEEP + b"}",
    "gift tags": lambda: b"A{=<a " + b"<a x='" * DEEP + b"}",
    "gift comments": lambda: b"// [id:x] [tag:y]\n" * DEEP,
    "gift open blocks": lambda: b"A{\n\n" * DEEP,
    "gift escapes": lambda: b"\\" * DEEP * 4,
    "aiken": lambda: b"P\nA) x\n" * DEEP,
    "aiken option": lambda: b"P\nA) x\n" + b"more\n" * 20_000,
    "aiken stem": lambda: b"more\n" * DEEP + b"A) x\nB) y\nANSWER: A",
    "moodle-xml deep": lambda: b"<quiz>" + b"<question>" * DEEP,
    "moodle-xml bomb": lambda: b'<!DOCTYPE quiz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><quiz>&b;</quiz>',
    "moodle-xml outside": lambda: b'<!DOCTYPE quiz [<!ENTITY a SYSTEM "file:///etc/passwd">]><quiz>&a;</quiz>',
    "moodle-xml amps": lambda: b"<quiz>" + b"&" * DEEP + b"</quiz>",
    "moodle-xml gaps": lambda: _question(b"cloze", b"{1:SA:=" * DEEP),
    "moodle-xml half gaps": lambda: _question(b"cloze", b"{1:SA" * DEEP),
    "moodle-xml html": lambda: _question(b"essay", b"&lt;div&gt;" * DEEP),
    "moodle-xml answers": lambda: b'<quiz><question type="multichoice">' + b"<answer/>" * DEEP + b"</question></quiz>",
    "qti deep": lambda: b"<assessmentItem>" + b"<p>" * DEEP,
    "qti bomb": lambda: b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><assessmentItem>&b;</assessmentItem>',
    "qti options": lambda: _qti(b'<simpleChoice identifier="x">a</simpleChoice>' * DEEP),
    "qti rules": lambda: _qti(b"", b"<responseCondition/>" * DEEP),
    "qti condition": lambda: _qti(
        b"", b"<responseCondition>" + b"<responseIf><null/></responseIf>" * DEEP + b"</responseCondition>"
    ),
    "qti values": lambda: _qti(b"", b"", b"<value>x</value>" * DEEP),
    "qti several": lambda: _qti(
        b"</choiceInteraction>" + b'<inlineChoiceInteraction responseIdentifier="R"/>' * DEEP + b"<choiceInteraction>"
    ),
    "qti item": lambda: b"<questestinterop>" + b"<item/>" * 20_000 + b"</questestinterop>",
    "qti conditions": lambda: b"<questestinterop><item><presentation><response_lid><response_label/><response_label ident='x'/>"
    b"</response_lid></presentation><resprocessing>" + b"<respcondition><conditionvar/></respcondition>" * DEEP
    + b"</resprocessing></item></questestinterop>",
    "qti zip": lambda: b"PK\x03\x04" + b"\x00" * 200 + b"PK\x05\x06" + b"\xff" * 18,
    "csv quotes": lambda: b"enunciado;correcta\n" + b'"' * DEEP,
    "csv open quotes": lambda: b"enunciado;correcta\n" + b'"a\n' * DEEP,
    "csv long quote": lambda: b'enunciado;correcta\nP;"' + b"a;\n" * 4 * DEEP,
    "csv gaps": lambda: b"enunciado;correcta\n" + b"{{" * 40_000 + b";a\n" + b"{{a|" * 20_000 + b"}};a\n",
    "csv many gaps": lambda: b"enunciado;correcta\n" + b"{{a}}" * 19_000 + b";a\n",
    "csv columns": lambda: b"enunciado;correcta" + b";opcion a" * DEEP + b"\nP;a" + b";b" * DEEP,
    "csv backslashes": lambda: b"enunciado;etiquetas\nP;" + b"\\;" * 40_000,
    "csv answers": lambda: b"enunciado;correcta\nP;" + b"1|" * 40_000,
    "csv spaces": lambda: b"enunciado;correcta\nP;1" + b" " * 90_000 + b"x\n" + b"P;" + b"- " * 45_000,
    "csv rows": lambda: b"enunciado;correcta\n" + b"P;\n" * 60_000,
    "csv levels": lambda: b'tipo;enunciado;rubrica\nabierta;P;"' + b"- 1" * 30_000 + b"\n" + b"[a]" * 3_000 + b'"\n',
    "yaml bomb": lambda: b"a: &a [x]\n" + b"b: &b [*a, *a]\nquestions: [*b]",
    "yaml deep": lambda: b"questions: " + b"[" * DEEP,
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_read_or_refused_in_time(case: str) -> None:
    survives(BY_NAME[case.split(maxsplit=1)[0]], HOSTILE[case]())


@pytest.mark.parametrize(
    "case",
    ["moodle-xml bomb", "moodle-xml outside", "moodle-xml deep", "qti bomb", "qti deep", "yaml bomb", "yaml deep"],
)
def test_what_no_file_of_questions_needs_is_refused(case: str) -> None:
    with pytest.raises(Unreadable, match=r"entidades|referencias|unos dentro de otros|niveles"):
        BY_NAME[case.split(maxsplit=1)[0]].parse(HOSTILE[case](), "x")
