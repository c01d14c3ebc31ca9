"""Translations, read from their .po files: nothing is compiled beforehand, so nothing can be missing or out of date."""

from __future__ import annotations

from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask_babel import Domain, get_locale

SOURCE = "es"
"""The language that the texts of the code are written in: it has no file."""
LANGUAGES = (SOURCE, "en", "pt")
"""Languages whose texts are complete (`tests/i18n` proves it); the first is the default."""
NAMES = {"es": "Español", "en": "English", "pt": "Português"}
"""Each by its own name, as those who look for theirs know it."""

_FOLDER = Path(__file__).parents[1] / "translations"


def path(language: str) -> Path:
    """The file of a language's texts."""
    return _FOLDER / language / "LC_MESSAGES" / "messages.po"


@cache
def catalogue(language: str) -> NullTranslations:
    """The texts of a language, once per process.

    Raises: FileNotFoundError, or babel's PoFileError, for a file that is not there or cannot be read: a page in the wrong
    language would hide it.
    """
    if language == SOURCE:
        return Translations()
    with path(language).open("rb") as file:
        texts = read_po(file, locale=language, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, texts)
    compiled.seek(0)
    return Translations(compiled)


class Texts(Domain):  # type: ignore[misc]  # Flask-Babel ships no types
    """Flask-Babel's source of texts, over our catalogues."""

    def get_translations(self) -> NullTranslations:
        locale = get_locale()
        return catalogue(locale.language if locale is not None else SOURCE)
