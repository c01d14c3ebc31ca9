"""Every text is there in every language, whole: with its parameters, its marks and its plural forms."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError

from lms.web import catalogues
from lms.web.catalogues import LANGUAGES, NAMES, SOURCE, catalogue, path
from tests.i18n.extraction import extracted, translated, written

TRANSLATED = [language for language in LANGUAGES if language != SOURCE]
_MARK = re.compile(r"%\(\w+\)[sd]|%%|</?\w+[^>]*>|\{\w+\}")
WORDS_OF_A_COPY = 6
"""A translation of so many words that reads like the Spanish was not made; shorter ones may well be the same."""


@pytest.fixture(scope="module")
def template() -> Catalog:
    return extracted()


def _forms(text: object) -> list[str]:
    return [str(each) for each in text] if isinstance(text, list | tuple) else [str(text)]


def _messages(language: str) -> list[Message]:
    return [message for message in translated(language) if message.id]


def _named(message: Message) -> str:
    return " / ".join(_forms(message.id))


def test_texts_are_found_at_all(template: Catalog) -> None:
    assert len(template) > 1400
    for text in ("Mi aprendizaje", "%(num)s pregunta", "Horas de formación por persona", "Saluda, se presenta e"):
        assert any(_forms(message.id)[0].startswith(text) for message in template), text


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_and_none_is_left_over(language: str, template: Catalog) -> None:
    wanted = {(message.context, _named(message)) for message in template if message.id}
    there = {(message.context, _named(message)) for message in _messages(language)}
    assert wanted - there == set(), "run `make translate`, and translate what is new"
    assert there - wanted == set(), "run `make translate`"
    empty = [_named(message) for message in _messages(language) if not all(_forms(message.string))]
    assert empty == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_none_is_a_guess_or_a_copy(language: str) -> None:
    assert [_named(message) for message in _messages(language) if message.fuzzy] == []
    copied = [
        _named(message)
        for message in _messages(language)
        if message.string == message.id and len(_named(message).split()) >= WORDS_OF_A_COPY
    ]
    assert copied == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_parameters_tags_and_edges_are_the_same(language: str) -> None:
    wrong = []
    for message in _messages(language):
        source, forms = _forms(message.id), _forms(message.string)
        marks = [Counter(_MARK.findall(each)) for each in source]
        for form in forms:
            edges = form[:1].isspace() == source[0][:1].isspace() and form[-1:].isspace() == source[0][-1:].isspace()
            if Counter(_MARK.findall(form)) not in marks or not edges:
                wrong.append((source, form))
    assert wrong == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_plural_has_each_form_of_the_language(language: str) -> None:
    needed = translated(language).num_plurals
    for message in _messages(language):
        assert len(_forms(message.string)) == (needed if message.pluralizable else 1), _named(message)


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_file_is_as_the_tool_writes_it(language: str) -> None:
    """Else the next one who runs it changes what nobody touched."""
    assert path(language).read_bytes() == written(translated(language))


def test_every_language_has_a_name() -> None:
    assert tuple(NAMES) == LANGUAGES


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_language_says_its_texts(language: str) -> None:
    texts = catalogue(language)
    assert texts.gettext("Mi aprendizaje") not in {"", "Mi aprendizaje"}
    assert texts.ngettext("%(num)s pregunta", "%(num)s preguntas", 1) != "%(num)s pregunta"
    assert texts.ngettext("%(num)s pregunta", "%(num)s preguntas", 2) != "%(num)s preguntas"


def test_a_process_without_its_texts_does_not_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogues, "_FOLDER", tmp_path)
    with pytest.raises(FileNotFoundError):
        catalogue.__wrapped__("en")
    broken = path("en")
    broken.parent.mkdir(parents=True)
    broken.write_text('msgid "Sí"\nhalf a line\n', encoding="utf-8")
    with pytest.raises(PoFileError):
        catalogue.__wrapped__("en")
