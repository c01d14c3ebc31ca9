"""Pictures and sound of questions: checked, named by their content, kept, shown to whoever is signed in and to nobody else."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import config
from lms.assessment.commands import publish_bank
from lms.assessment.formats.bank import LoadedBank
from lms.assessment.formats.document import document_of
from lms.assessment.formats.media import Shelf
from lms.assessment.formats.yaml_bank import load_bank
from lms.assessment.formats.yaml_question import read_question
from lms.assessment.models import BankMedia
from lms.assessment.queries.content import snippet
from lms.kit.content import Report, reader_of
from lms.kit.db import Database
from lms.kit.errors import Invalid
from lms.kit.files import StoredFile, make_store
from lms.kit.filetypes import DANGEROUS, sniff
from lms.kit.permissions import SYSTEM
from tests.assessment.media import SOUNDS, png, wav
from tests.cast import Cast
from tests.conftest import NOW

from .test_yaml_bank import BANK, SINGLE

PICTURE = hashlib.sha256(png()).hexdigest() + ".png"
SOUND = hashlib.sha256(wav()).hexdigest() + ".wav"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def write(folder: Path, stem: str, files: dict[str, bytes], option: str = "No") -> Path:
    """A bank of one question with this stem and one wrong option, and these files."""
    text = SINGLE.format(id="a-1", type="single", topic="uno", difficulty="easy")
    text = text.replace("stem: ¿Qué dice a-1?", f"stem: '{stem}'").replace('"No"', f"'{option}'")
    bank = folder / "demo"
    (bank / "media").mkdir(parents=True)
    (bank / "bank.yaml").write_text(BANK, encoding="utf-8")
    (bank / "a.yaml").write_text("questions:\n" + text, encoding="utf-8")
    for name, data in files.items():
        (bank / "media" / name).write_bytes(data)
    return bank


def good(folder: Path) -> LoadedBank:
    stem, option = "Mirar ![Un cuadro](media/cuadro.png)", "![Un tono](media/tono.wav)"
    bank, report = load_bank(write(folder, stem, {"cuadro.png": png(), "tono.wav": wav()}, option), folder)
    assert report.as_dict() == {"errors": [], "warnings": []}
    assert bank is not None
    return bank


def test_what_is_loaded_names_the_content(tmp_path: Path) -> None:
    bank = good(tmp_path)
    (question,) = bank.questions
    assert question.stem == question.body["stem"] == f"Mirar ![Un cuadro](media/{PICTURE})"
    assert question.body["options"][1]["text"] == f"![Un tono](media/{SOUND})"
    assert [(each.name, each.kind) for each in bank.media] == sorted([(PICTURE, "png"), (SOUND, "wav")])


def test_the_hash_of_a_question_covers_the_bytes_and_not_the_name(tmp_path: Path) -> None:
    def digest(name: str, data: bytes) -> str:
        folder = tmp_path / hashlib.sha256(name.encode() + data).hexdigest()
        bank, report = load_bank(write(folder, f"![Eso](media/{name})", {name: data}), folder)
        assert bank is not None
        assert report.ok
        return bank.questions[0].content_hash

    same = digest("uno.png", png())
    assert digest("otro.png", png()) == same
    assert digest("uno.png", png(width=10)) != same


def test_a_document_names_stored_media_and_reads_as_itself(tmp_path: Path) -> None:
    (question,) = good(tmp_path).questions
    document = document_of(question)

    def again(stored: list[str]) -> tuple[object, list[str]]:
        report = Report()
        reader = reader_of(document, question.file, question.line, report, strict=True)
        return read_question(reader, ["uno"], Shelf(stored=stored))[1], [fault.message for fault in report.errors]

    assert again([PICTURE, SOUND]) == (question, [])
    assert again([PICTURE]) == (None, [f"no existe «media/{SOUND}»"])


@pytest.mark.parametrize(
    ("stem", "files", "part"),
    [
        ("![](media/a.png)", {"a.png": png()}, "no tiene texto alternativo"),
        ("![ ](media/a.png)", {"a.png": png()}, "no tiene texto alternativo"),
        ("![a](media/b.png)", {"a.png": png()}, "no existe «media/b.png»"),
        ("![a](a.png)", {"a.png": png()}, "en la carpeta «media»"),
        ("![a](https://example.com/a.png)", {}, "en la carpeta «media»"),
        ("![a](media/../bank.yaml)", {}, "en la carpeta «media»"),
        ("![a](media/..%2Fbank.yaml)", {}, "en la carpeta «media»"),
        ("![a](media/.oculto.png)", {".oculto.png": png()}, "en la carpeta «media»"),
        ("![a](media/a.svg)", {"a.svg": SVG}, "puede ejecutarse en un navegador"),
        ("![a](media/a.png)", {"a.png": SVG}, "puede ejecutarse en un navegador"),
        ("![a](media/a.png)", {"a.png": b"\x00" * 20}, "no es una imagen ni un sonido"),
        ("![a](media/a.txt)", {"a.txt": b"hola"}, "no es una imagen ni un sonido"),
        ("![a](media/a.jpg)", {"a.jpg": png()}, "es png por su contenido"),
        ("![a](media/a.png)", {"a.png": png() + b"\x00" * 4_194_304}, "tiene que pesar de 1 a 4096"),
        ("![a](media/a.png)", {"a.png": b""}, "tiene que pesar"),
    ],
)
def test_what_cannot_be_shown_is_told_on_its_line(
    tmp_path: Path, stem: str, files: dict[str, bytes], part: str
) -> None:
    folder = write(tmp_path, stem, files)
    _, report = load_bank(folder, tmp_path)
    lines = (folder / "a.yaml").read_text(encoding="utf-8").split("\n")
    assert report.errors
    for fault in report.errors:
        assert fault.file == "demo/a.yaml"
        assert "stem:" in lines[fault.line - 1]
    assert any(part in fault.message for fault in report.errors), report.errors


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    folder = write(tmp_path, "![a](media/a.png)", {})
    (tmp_path / "secreto.png").write_bytes(png())
    (folder / "media" / "a.png").symlink_to(tmp_path / "secreto.png")
    _, report = load_bank(folder, tmp_path)
    assert [fault.message for fault in report.errors] == ["no existe «media/a.png»"]


def test_a_fault_inside_a_block_of_text_is_told_on_its_own_line(tmp_path: Path) -> None:
    folder = write(tmp_path, "X", {})
    text = (folder / "a.yaml").read_text(encoding="utf-8")
    (folder / "a.yaml").write_text(text.replace("stem: 'X'", "stem: |\n      Uno\n\n      ![a](media/no.png)"))
    _, report = load_bank(folder, tmp_path)
    ((fault),) = report.errors
    lines = (folder / "a.yaml").read_text(encoding="utf-8").split("\n")
    assert lines[fault.line - 1].strip() == "![a](media/no.png)"


def test_a_file_that_nothing_shows_is_a_warning(tmp_path: Path) -> None:
    _, report = load_bank(write(tmp_path, "Nada", {"a.png": png()}), tmp_path)
    assert report.ok
    assert [(fault.file, fault.message) for fault in report.warnings] == [
        ("demo/media/a.png", "ninguna pregunta lo muestra")
    ]


@pytest.mark.parametrize(("kind", "data"), [("png", png()), ("wav", wav()), *SOUNDS.items()])
def test_sounds_and_pictures_are_known_by_their_content(kind: str, data: bytes) -> None:
    assert sniff(io.BytesIO(data)) == kind


def test_a_frame_of_sound_is_known_and_a_text_is_not_taken_for_one() -> None:
    assert sniff(io.BytesIO(b"\xff\xfb\x90\x64" + bytes(100))) == "mp3"
    assert sniff(io.BytesIO(b"\xff\xfb\xf0\x64" + bytes(100))) is None
    assert sniff(io.BytesIO(b"ID3\nuna nota")) == "txt"
    assert sniff(io.BytesIO(SVG)) == DANGEROUS


def test_texts_show_pictures_and_sound_of_ours_and_nothing_else() -> None:
    assert snippet(f'![Un "cuadro"](media/{PICTURE})') == (
        f'<img src="/medio/{PICTURE}" alt="Un &quot;cuadro&quot;" loading="lazy">'
    )
    assert snippet(f"![Un tono](media/{SOUND})") == (
        f'<audio src="/medio/{SOUND}" controls preload="none" aria-label="Un tono"></audio>'
    )
    for target in (
        "https://example.com/a.png",
        "//example.com/a.png",
        "media/a.png",
        f"../{PICTURE}",
        "data:image/png,x",
    ):
        assert snippet(f"Ver ![alt]({target})") == "Ver alt"
    sly = f'<img src="media/{PICTURE}" alt="a" onerror="alert(1)" style="x" srcset="https://example.com/a.png 2x">'
    assert snippet(f"x {sly}") == f'x <img src="/medio/{PICTURE}" alt="a" loading="lazy">'
    for html in ('<audio src="https://example.com/a.mp3" autoplay></audio>', "<video></video>", "<svg></svg>"):
        assert "<" not in snippet(f"x {html}").removeprefix("x ")
    assert "&lt;" in snippet(f"![a &lt;b&gt; <i>](media/{PICTURE})")


def test_publishing_keeps_each_file_once(database: Database, settings: config.Settings, tmp_path: Path) -> None:
    bank, store = good(tmp_path), make_store(settings)
    for _ in range(2):
        with database.writing() as session:
            publish_bank(session, SYSTEM, bank, now=NOW, files=store)
    with database.reading() as session:
        rows = session.scalars(select(BankMedia).order_by(BankMedia.name)).all()
        assert [row.name for row in rows] == sorted([PICTURE, SOUND])
        assert session.scalar(select(func.count()).select_from(StoredFile)) == 2
        for row in rows:
            with store.open(row.file) as stream:
                assert hashlib.sha256(stream.read()).hexdigest() == row.name.partition(".")[0]
            assert row.file.purpose == "media"


def test_a_file_that_changed_since_it_was_read_is_refused(
    session: Session, settings: config.Settings, tmp_path: Path
) -> None:
    bank = good(tmp_path)
    (tmp_path / "demo" / "media" / "cuadro.png").write_bytes(png(width=3))
    with pytest.raises(Invalid) as fault:
        publish_bank(session, SYSTEM, bank, now=NOW, files=make_store(settings))
    assert fault.value.key == "assessment.media_changed"
    with pytest.raises(ValueError, match="no store"):
        publish_bank(session, SYSTEM, bank, now=NOW)


def test_the_page_sends_it_to_whoever_is_signed_in(
    app: Flask, database: Database, cast: Cast, settings: config.Settings, tmp_path: Path
) -> None:
    with database.writing() as session:
        publish_bank(session, SYSTEM, good(tmp_path), now=NOW, files=make_store(settings))
    learner = cast.agent.enter(app.test_client())
    answer = learner.get(f"/medio/{PICTURE}")
    assert (answer.status_code, answer.data, answer.mimetype) == (200, png(), "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer.headers["Content-Disposition"] == "inline"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    part = learner.get(f"/medio/{SOUND}", headers={"Range": "bytes=2-5"})
    assert (part.status_code, part.data, part.mimetype) == (206, wav()[2:6], "audio/wav")
    assert part.headers["Content-Range"] == f"bytes 2-5/{len(wav())}"
    again = learner.get(f"/medio/{PICTURE}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    stranger = app.test_client().get(f"/medio/{PICTURE}")
    assert stranger.status_code == 303
    for name in ("x", PICTURE.replace("png", "jpg"), "0" * 64 + ".png", "..%2F..%2Fetc%2Fpasswd"):
        assert learner.get(f"/medio/{name}").status_code == 404
