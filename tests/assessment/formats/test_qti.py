"""QTI: what the definitions say, what programs write, the samples with their counts, packages made to harm."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from lms.assessment.formats.checking import check
from lms.assessment.formats.converting import convert, target_of
from lms.assessment.formats.exchange import Contents, Defaults, Parsed, Unreadable, complete, summary
from lms.assessment.formats.qti import QTI, QTI2, QTI3, package, reader
from lms.assessment.formats.registry import format_of, parse
from tests.assessment.formats.checks import SAMPLES, sample
from tests.assessment.formats.qti_rules import faults_of_package

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
MP3 = b"ID3\x03" + b"\0" * 20
NAMESPACE = "http://www.imsglobal.org/xsd/imsqti_v2p2"


def item(declared: str, body: str, rules: str = "", *, more: str = "") -> bytes:
    """An item of QTI 2.2."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<assessmentItem xmlns="{NAMESPACE}" identifier="i1" title="T"'
        f' adaptive="false" timeDependent="false"{more}>{declared}<outcomeDeclaration identifier="SCORE" cardinality="single"'
        f' baseType="float"/><itemBody>{body}</itemBody>{rules}</assessmentItem>'
    ).encode()


def response(cardinality: str, kind: str, *right: str, mapping: str = "") -> str:
    values = "".join(f"<value>{each}</value>" for each in right)
    return (
        f'<responseDeclaration identifier="RESPONSE" cardinality="{cardinality}" baseType="{kind}">'
        f"<correctResponse>{values}</correctResponse>{mapping}</responseDeclaration>"
    )


def choices(*texts: str, most: int = 1, shuffle: str = "true") -> str:
    inner = "".join(f'<simpleChoice identifier="c{at}">{text}</simpleChoice>' for at, text in enumerate(texts))
    return (
        f'<choiceInteraction responseIdentifier="RESPONSE" shuffle="{shuffle}" maxChoices="{most}"><prompt>¿Cuál?</prompt>'
        f"{inner}</choiceInteraction>"
    )


MATCH = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p2/rptemplates/match_correct"/>'
MAP = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p2/rptemplates/map_response"/>'


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def only(parsed: Parsed) -> dict[str, Any]:
    """The one question of a file, good as every question is."""
    assert parsed.rejected == []
    complete(parsed, Defaults())
    check(parsed)
    assert parsed.rejected == []
    (found,) = parsed.questions
    return found.document


def reason_of(data: bytes) -> str:
    parsed = QTI.parse(data, "x")
    (found,) = parsed.rejected
    return found.reason


def test_one_option_is_right() -> None:
    body = "<p>Texto <strong>fuerte</strong></p>" + choices("uno", "dos")
    found = only(QTI.parse(item(response("single", "identifier", "c1"), body, MATCH), "x"))
    assert found["stem"] == "Texto **fuerte**\n\n¿Cuál?"
    assert found["options"] == [{"text": "uno"}, {"text": "dos", "correct": True}]
    assert "shuffle" not in found


def test_what_each_option_is_worth_comes_from_the_mapping() -> None:
    entries = "".join(f'<mapEntry mapKey="c{at}" mappedValue="{value}"/>' for at, value in enumerate([1, 1, -1]))
    mapping = f'<mapping lowerBound="0" defaultValue="0">{entries}</mapping>'
    body = choices("a", "b", "c", most=0)
    found = only(QTI.parse(item(response("multiple", "identifier", "c0", "c1", mapping=mapping), body, MAP), "x"))
    assert (found["type"], found["scoring"]) == ("multiple", "partial")
    mapping = mapping.replace('mappedValue="-1"', 'mappedValue="-2"')
    found = only(QTI.parse(item(response("multiple", "identifier", "c0", "c1", mapping=mapping), body, MAP), "x"))
    assert [each.get("grade") for each in found["options"]] == ["1/2", "1/2", "-1"]


def test_all_or_nothing_stays_so() -> None:
    body = choices("a", "b", "c", most=0)
    found = only(QTI.parse(item(response("multiple", "identifier", "c0", "c1"), body, MATCH), "x"))
    assert (found["type"], "scoring" in found) == ("multiple", False)


RULES = """<responseProcessing><responseCondition><responseIf><equal toleranceMode="absolute" tolerance="0.5 0.5">
<variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></equal>
<setOutcomeValue identifier="SCORE"><baseValue baseType="float">2</baseValue></setOutcomeValue></responseIf>
<responseElseIf><and><gte><variable identifier="RESPONSE"/><baseValue baseType="float">10</baseValue></gte>
<lte><variable identifier="RESPONSE"/><baseValue baseType="float">20</baseValue></lte></and>
<setOutcomeValue identifier="SCORE"><baseValue baseType="float">1</baseValue></setOutcomeValue></responseElseIf>
</responseCondition></responseProcessing>"""


def test_a_number_with_its_tolerance_and_a_range() -> None:
    body = '<p>¿Cuánto? <textEntryInteraction responseIdentifier="RESPONSE"/></p>'
    found = only(QTI.parse(item(response("single", "float", "4.5"), body, RULES), "x"))
    assert found["type"] == "numeric"
    assert found["answers"] == [
        {"value": "4.5", "tolerance": "0.5"},
        {"low": "10", "high": "20", "grade": "1/2"},
    ]


def test_kebab_case_reads_as_camel_case() -> None:
    data = (
        b'<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="a" title="T" adaptive="false"'
        b' time-dependent="false"><qti-response-declaration identifier="R" cardinality="ordered" base-type="identifier">'
        b"<qti-correct-response><qti-value>y</qti-value><qti-value>x</qti-value></qti-correct-response>"
        b'</qti-response-declaration><qti-item-body><qti-order-interaction response-identifier="R" shuffle="true">'
        b'<qti-prompt>S</qti-prompt><qti-simple-choice identifier="x">X</qti-simple-choice>'
        b'<qti-simple-choice identifier="y">Y</qti-simple-choice></qti-order-interaction></qti-item-body>'
        b'<qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct"/>'
        b"</qti-assessment-item>"
    )
    assert QTI.sniff(data, "x") == 95
    assert only(QTI.parse(data, "x"))["items"] == ["Y", "X"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (item("", '<hotspotInteraction responseIdentifier="RESPONSE"/>'), "zona de una imagen"),
        (item("", '<uploadInteraction responseIdentifier="RESPONSE"/>'), "subir un archivo"),
        (item("", choices("a", "b"), more=' x="1"').replace(b'adaptive="false"', b'adaptive="true"'), "adaptativa"),
        (item('<templateDeclaration identifier="A" cardinality="single"/>', choices("a", "b")), "azar"),
        (item(response("single", "identifier"), choices("a", "b")), "correcta"),
        (item(response("single", "identifier", "c0"), choices("a", "b") * 2, MATCH), "junta varias"),
        (
            item(
                response("single", "identifier", "c0"),
                choices("a", "b"),
                "<responseProcessing><customOperator/></responseProcessing>",
            ),
            "customOperator",
        ),
    ],
)
def test_what_cannot_be_taken_is_named(data: bytes, said: str) -> None:
    assert said in reason_of(data)


def test_pictures_come_from_the_package_and_from_nowhere_else() -> None:
    body = '<p><img src="../img/a.png" alt="Una <mark>"/><img src="../../../etc/passwd" alt="no"/></p>'.replace(
        "<mark>", "gráfica"
    )
    data = item(response("single", "identifier", "c0"), body + choices("a", "b"), MATCH)
    parsed = QTI.parse(packed({"items/i1.xml": data, "img/a.png": PNG, "etc/passwd": PNG}), "x.zip")
    assert parsed.questions[0].document["stem"].startswith("![Una gráfica](media/a.png)no")
    assert parsed.media == {"a.png": PNG}
    assert any("imsmanifest.xml" in each for each in parsed.warnings)


BANK = {
    "topics": {"norma": "Norma"},
    "question": {
        "id": "q-1", "type": "single", "stem": "![Una gráfica](media/a.png) ![Una llamada](media/b.mp3)",
        "options": [{"text": "x", "correct": True}, {"text": "y", "feedback": "No."}],
    },
}  # fmt: skip


@pytest.mark.parametrize("form", [QTI2, QTI3], ids=["2.2", "3.0"])
def test_a_package_is_written_as_the_definition_asks_with_its_media_and_cases(form: Any) -> None:
    placed = {"topic": "norma", "difficulty": "hard", "pool": "exam"}
    inner = {"id": "q-2", "type": "open", "stem": "¿Por qué?", "model": "Porque **sí**."}
    case = {"id": "caso-1", **placed, "title": "Un caso", "stem": "Un relato", "questions": [inner]}
    contents = Contents([BANK["question"] | placed], [case], BANK["topics"], {"a.png": PNG, "b.mp3": MP3})
    written = form.write(contents)
    assert (written.questions, written.losses) == (2, ())
    assert faults_of_package(written.data) == []
    assert form.write(contents).data == written.data
    parsed = parse(written.data, "x.zip")
    assert parsed.media == contents.media
    assert [each.document for each in parsed.questions] == contents.questions
    assert [each.document for each in parsed.scenarios] == contents.scenarios
    assert parsed.topics == BANK["topics"]


def test_the_name_says_which_version_is_written() -> None:
    assert [target_of(name).name for name in ("a.zip", "a.qti2.zip", "a.qti3.zip")] == ["qti", "qti2", "qti3"]
    text = b"questions:\n- {id: a, type: true_false, stem: S, answer: false, feedback: F, title: N}\n"
    found = convert(text, "a.yaml", "", target_of("a.zip"), Defaults())
    assert faults_of_package(found.written.data) == []
    assert format_of(found.written.data, "a.zip").name == "qti"


# Packages made to harm


def test_what_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unreadable, match="infla"):
        QTI.parse(packed({"a.xml": b"<assessmentItem>" + b" " * 30_000_000}), "x.zip")
    monkeypatch.setattr(package, "MAX_ENTRIES", 3)
    with pytest.raises(Unreadable, match="más de 3"):
        QTI.parse(packed({f"{at}.xml": b"<a/>" for at in range(4)}), "x.zip")
    monkeypatch.setattr(package, "MAX_UNPACKED", 1000)
    with pytest.raises(Unreadable, match="abierto"):
        QTI.parse(packed({"a.xml": b"<assessmentItem>" + bytes(range(32, 127)) * 20}), "x.zip")


@pytest.mark.parametrize("cut", [10, 60, -30, -1])
def test_a_zip_that_is_cut_is_refused(cut: int) -> None:
    data = packed({"a.xml": item(response("single", "identifier", "c0"), choices("a", "b"), MATCH)})
    with pytest.raises(Unreadable, match="zip"):
        QTI.parse(data[:cut], "x.zip")


def test_entities_are_refused_and_a_bare_doctype_is_not() -> None:
    data = item(response("single", "identifier", "c0"), choices("a", "b"), MATCH)
    bomb = data.replace(b"?>\n", b'?>\n<!DOCTYPE assessmentItem [<!ENTITY a "aaa">]>', 1)
    with pytest.raises(Unreadable, match="entidades"):
        QTI.parse(bomb, "x")
    bare = data.replace(b"?>\n", b'?>\n<!DOCTYPE assessmentItem SYSTEM "file:///etc/passwd">', 1)
    assert only(QTI.parse(bare, "x"))["type"] == "single"


def test_one_bad_file_does_not_spoil_a_package() -> None:
    good = item(response("single", "identifier", "c0"), choices("a", "b"), MATCH)
    parsed = QTI.parse(packed({"good.xml": good, "bad.xml": b'<assessmentItem xmlns="x"><itemBody>'}), "x.zip")
    assert (parsed.found, len(parsed.questions)) == (2, 1)
    assert parsed.rejected[0].where.startswith("archivo bad.xml")


# The samples


def xml_files() -> list[str]:
    folder = SAMPLES / "qti" / "canvas"
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in {".xml", ".qti", ".zip"}
    )


BROKEN = 6


def test_every_sample_is_read_or_refused_with_a_reason() -> None:
    folder = sample("qti/canvas")
    refused: dict[str, str] = {}
    found: Counter[str] = Counter()
    for name in xml_files():
        data = (folder / name).read_bytes()
        try:
            parsed = QTI.parse(data, name)
        except Unreadable as fault:
            refused[name] = str(fault)
            continue
        complete(parsed, Defaults())
        check(parsed)
        report = summary(parsed)
        assert all(each["where"] and each["reason"] for each in report["rejected"]), name
        found[reader.root_of(data) or "zip"] += report["found"]
    # 146 items of QTI 1.2, of which 7 texts without a question do not count; those that do not parse are in neither.
    assert found["questestinterop"] == 146 - 7
    assert sum("no es XML bien escrito" in reason for reason in refused.values()) == BROKEN
    assert all("no es un archivo QTI" in each or "índice" in each or "XML" in each for each in refused.values())


def folders() -> list[Path]:
    return sorted(path.parent for path in (SAMPLES / "qti" / "canvas").rglob("imsmanifest.xml"))


def test_every_package_of_the_samples_gives_a_report() -> None:
    root = sample("qti/canvas")
    told = {}
    for folder in folders():
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        try:
            report = summary(QTI.parse(packed(files), f"{folder.name}.zip"))
            told[folder.relative_to(root).as_posix()] = report["found"]
        except Unreadable as fault:
            told[folder.relative_to(root).as_posix()] = str(fault)
    assert "ninguna pregunta" in str(told.pop("unsupported_version"))
    assert "ninguna pregunta" in str(told.pop("test_qti_2.1_taxonpath"))
    assert told["tests/interactionmix_saxony_v3"] == 13
    assert told["tests/feedbackTest"] == 6
    assert told["canvas_cartridge"] == 22
    assert all(isinstance(each, int) for each in told.values())
