"""The texts of the code and of its translations, and how the files are written: `make translate` runs this module.

A .po file holds what people translate and nothing that changes by itself: no dates, no places in the code, no order but the
alphabet's. No text is ever guessed from a similar one ("fuzzy"): what is new is empty, and the tests name it.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from lms.web.catalogues import LANGUAGES, SOURCE, path

ROOT = Path(__file__).parents[2]
CODE = ROOT / "lms"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]
OPTIONS = {pattern: {"silent": "false", "trimmed": "true"} for pattern, method in METHODS if method == "jinja2"}
KEYWORDS = DEFAULT_KEYWORDS | {
    "_l": None,
    "_n": (1, 2),
    "_p": ((1, "c"), 2),
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
}


def extracted() -> Catalog:
    """Every text marked in the code and the templates."""
    found = Catalog(project="Umbral", header_comment="# Texts of Umbral. Made by `make translate`.", fuzzy=False)
    for _file, _line, text, _comments, context in extract_from_dir(CODE, METHODS, OPTIONS, KEYWORDS):
        found.add(text, context=context)
    return found


def translated(language: str) -> Catalog:
    """The file of a language as it stands; empty before the first time."""
    file = path(language)
    if not file.exists():
        return Catalog(locale=language, fuzzy=False)
    with file.open("rb") as opened:
        return read_po(opened, locale=language, abort_invalid=True)


def written(catalogue: Catalog) -> bytes:
    """A catalogue as a file: sorted, without what changes by itself."""
    out = BytesIO()
    write_po(out, catalogue, width=120, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
    return header(catalogue) + out.getvalue()


def header(catalogue: Catalog) -> bytes:
    """What a reader of the file has to know, and no more: the sign set, and the plural forms of a language."""
    lines = ["# Texts of Umbral. Kept by `make translate`; the text to translate is Spanish.", 'msgid ""', 'msgstr ""']
    if catalogue.locale is not None:
        lines += [f'"Language: {catalogue.locale}\\n"', f'"Plural-Forms: {catalogue.plural_forms}\\n"']
    return "\n".join([*lines, '"Content-Type: text/plain; charset=utf-8\\n"', "", ""]).encode()


def update() -> None:
    """Bring every language's file up to the code: new texts come in empty, those no longer used go."""
    template = extracted()
    for language in LANGUAGES:
        if language == SOURCE:
            continue
        texts = translated(language)
        texts.update(template, no_fuzzy_matching=True)
        path(language).parent.mkdir(parents=True, exist_ok=True)
        path(language).write_bytes(written(texts))


if __name__ == "__main__":
    update()
