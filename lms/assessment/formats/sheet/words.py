"""The columns of the table and the words in its cells, in Spanish, English and Portuguese; read with any accent and case."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Mapping

from lms.assessment.formats.exchange import Refused

LANGUAGES = ("es", "en", "pt")
MOST_OPTIONS = 40
"""Options, pairs or accepted answers of one row."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "id", "id", "identificador", "código", "code", "idnumber"),
    "type": ("tipo", "type", "tipo de questão", "tipo de pregunta", "question type"),
    "topic": ("tema", "topic", "tópico", "categoría", "category", "categoria"),
    "topic_id": ("id de tema", "topic id", "id do tópico"),
    "difficulty": ("dificultad", "difficulty", "dificuldade", "nivel", "level", "nível"),
    "pool": ("uso", "use", "uso da questão", "destino", "pool", "bolsa"),
    "status": ("estado", "status", "situação"),
    "title": ("título", "title", "título da questão", "nombre", "name", "nome"),
    "stem": ("enunciado", "question", "enunciado da questão", "pregunta", "stem", "pergunta", "question text", "questão"),
    "text": ("texto con huecos", "text with gaps", "texto com lacunas"),
    "answer": (
        "correcta", "right answer", "correta", "correctas", "respuesta", "respuesta correcta", "respuestas correctas",
        "clave", "answer", "correct", "correct answer", "key", "resposta", "resposta correta", "corretas", "gabarito",
    ),
    "options": ("opciones", "options", "opções", "alternativas", "choices"),
    "scoring": ("puntuación", "scoring", "pontuação", "calificación"),
    "tolerance": ("tolerancia", "tolerance", "tolerância", "margen"),
    "units": ("unidades", "units", "unidades de medida", "unidad", "unit", "unidade"),
    "unit": ("unidad obligatoria", "unit required", "unidade obrigatória"),
    "case": ("distingue mayúsculas", "case matters", "diferencia maiúsculas", "mayúsculas", "case sensitive"),
    "accents": ("distingue acentos", "accents matter", "diferencia acentos", "acentos"),
    "shuffle": ("mezclar", "shuffle", "embaralhar"),
    "feedback": (
        "retroalimentación", "feedback", "retorno", "retro", "devolución", "comentario", "comentário",
    ),
    "general": ("comentario general", "general feedback", "comentário geral"),
    "when_right": ("si acierta", "when right", "se acertar"),
    "when_partial": ("si acierta en parte", "when partly right", "se acertar em parte"),
    "when_wrong": ("si falla", "when wrong", "se errar"),
    "explanation": ("explicación", "explanation", "explicação", "justificación", "fundamento"),
    "review": ("repaso", "review", "revisão", "referencia", "sección"),
    "tags": ("etiquetas", "tags", "marcadores", "palabras clave", "keywords"),
    "exclusive": ("excluyente", "exclusive", "excludente", "grupo excluyente"),
    "rubric": ("rúbrica", "rubric", "rubrica"),
    "model": ("respuesta modelo", "model answer", "resposta modelo"),
    "min_words": ("mínimo de palabras", "minimum words", "mínimo de palavras"),
    "max_words": ("máximo de palabras", "maximum words", "máximo de palavras"),
    "reviewers": ("correctores", "reviewers", "corretores"),
    "scenario": ("caso", "scenario", "cenário"),
    "scenario_text": ("texto del caso", "scenario text", "texto do cenário"),
    "points": ("puntos", "points", "pontos", "puntaje", "peso"),
}  # fmt: skip
"""Column: its names in each of LANGUAGES, and what else it may be called."""
OPTION, PAIR, SHARE, REMARK = "option", "pair", "share", "remark"
NUMBERED: Mapping[str, tuple[str, ...]] = {
    OPTION: ("opción", "option", "opção", "alternativa", "respuesta", "answer", "choice", "resposta"),
    PAIR: ("pareja", "match", "par", "pair", "corresponde"),
    SHARE: ("valor", "value", "valor da opção", "porcentaje", "percentage", "puntaje", "puntos"),
    REMARK: (
        "retro", "feedback", "retorno", "retroalimentación", "comentario", "devolución", "comentário",
    ),
}  # fmt: skip
"""Columns that come once for each option, with its letter or number behind: "opción A", "option 1"."""
WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "type": {
        "single": ("única", "single", "única", "opción única", "una respuesta", "única respuesta", "single choice",
                   "selección única", "escolha única", "única escolha"),
        "multiple": ("múltiple", "multiple", "múltipla", "varias respuestas", "multiple answers", "multiple response"),
        "true_false": ("verdadero o falso", "true or false", "verdadeiro ou falso", "verdadero falso", "v f", "vf", "true false"),
        "matching": ("emparejar", "matching", "associação", "relacionar", "emparejamiento", "unir", "correspondencia"),
        "ordering": ("ordenar", "ordering", "ordenação", "orden", "ordenamiento", "sequence"),
        "numeric": ("numérica", "numeric", "numérica exata", "número", "numerical", "number"),
        "short_text": ("respuesta breve", "short text", "resposta curta", "texto breve", "respuesta corta", "corta",
                       "short answer", "fill in the blank"),
        "gaps": ("huecos", "gaps", "lacunas", "completar", "texto con huecos", "cloze"),
        "open": ("abierta", "open", "aberta", "desarrollo", "ensayo", "essay", "dissertativa", "respuesta abierta"),
    },
    "difficulty": {
        "easy": ("fácil", "easy", "fácil", "baja", "low", "baixa"),
        "medium": ("media", "medium", "média", "medio", "intermedia", "normal", "médio"),
        "hard": ("difícil", "hard", "difícil", "alta", "high", "difficult"),
    },
    "pool": {
        "exam": ("examen", "exam", "prova", "prueba", "evaluación", "test", "exame"),
        "practice": ("práctica", "practice", "prática", "ejercicio"),
        "both": ("ambas", "both", "ambos", "las dos", "los dos", "práctica y examen", "todos"),
    },
    "status": {
        "draft": ("borrador", "draft", "rascunho"),
        "reviewed": ("revisada", "reviewed", "revisada", "aprobada", "approved", "lista", "aprovada"),
        "retired": ("retirada", "retired", "retirada", "archivada"),
    },
    "scoring": {
        "all": ("todo o nada", "all or nothing", "tudo ou nada"),
        "partial": ("parcial", "partial", "parcial"),
        "weights": ("por valor", "by value", "por valor", "weights", "valores"),
        "exact": ("exacto", "exact", "exata", "exacta", "exato"),
        "pairs": ("por pares", "by pairs", "por pares", "pares", "pairs"),
    },
}  # fmt: skip
"""Column: what its cells mean, each with its word in each of LANGUAGES, and others that are read."""
CHOICE = frozenset(
    {"opcion multiple", "seleccion multiple", "multiple choice", "mc", "multipla escolha", "opciones", "choice"}
)
"""Types that say only that something is chosen, as `plain` has them: how many are right decides."""
YES = ("sí", "yes", "sim", "s", "y", "x", "1", "true", "verdadero", "verdadeiro")
NO = ("no", "no", "não", "n", "0", "false", "falso")
TRUE = (
    "verdadero",
    "true",
    "verdadeiro",
    "v",
    "t",
    "cierto",
    "correcto",
    "certo",
    "verdad",
    "sí",
    "si",
    "yes",
    "sim",
    "1",
)
FALSE = ("falso", "false", "falso", "f", "incorrecto", "errado", "mentira", "no", "não", "0")

_INDEXED = re.compile(r"(.*?) ?\b([a-z]|[0-9]{1,2})")


def plain(text: str) -> str:
    """`text` without accents, case and signs, its words apart by one space."""
    flat = unicodedata.normalize("NFKD", text[:200]).encode("ascii", "ignore").decode().lower()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", flat).split())


_KNOWN = {plain(name): key for key, names in reversed(list(COLUMNS.items())) for name in names}
_PREFIXES = {plain(name): key for key, names in NUMBERED.items() for name in names}
_UNNUMBERED = {name for name, key in _PREFIXES.items() if key == OPTION}
_MEANS = {
    key: {plain(name): value for value, names in words.items() for name in (value, *names)}
    for key, words in WORDS.items()
}
_YES_NO = {plain(word): flag for flag, words in ((False, NO), (True, YES)) for word in words}
_TRUE_FALSE = {plain(word): flag for flag, words in ((False, FALSE), (True, TRUE)) for word in words}

Column = tuple[str, int]
"""A column by its key, and for those of an option which one, from 0; -1 for the others, -2 where no letter was written."""


def column_of(head: str) -> Column | None:
    """What a head names; None where it is none of ours."""
    text = plain(head)
    if text in _KNOWN:
        return _KNOWN[text], -1
    if match := _INDEXED.fullmatch(text):
        key = _PREFIXES.get(match[1].strip(), OPTION if not match[1] and match[2].isalpha() else "")
        index = int(match[2]) - 1 if match[2].isdigit() else ord(match[2]) - ord("a")
        if key and 0 <= index < MOST_OPTIONS:
            return key, index
    return (OPTION, -2) if text in _UNNUMBERED else None


def head_of(column: Column, language: str = "es") -> str:
    """The name of a column as we write it."""
    key, index = column
    at = LANGUAGES.index(language)
    if index < 0:
        return COLUMNS[key][at]
    return f"{NUMBERED[key][at]} {label_of(index)}"


def label_of(index: int) -> str:
    """An option as people name it: a letter, and past the letters a number."""
    return string.ascii_uppercase[index] if index < len(string.ascii_uppercase) else str(index + 1)


def meaning(key: str, cell: str) -> str:
    """What the cell of a column with few words means. Raises: Refused for another word."""
    found = _MEANS[key].get(plain(cell))
    if found is None:
        known = ", ".join(names[0] for names in WORDS[key].values())
        raise Refused(f"«{COLUMNS[key][0]}: {cell[:40]}» no se conoce; puede ser: {known}")
    return found


def word(key: str, value: str, language: str = "es") -> str:
    """The inverse of `meaning`."""
    return WORDS[key][value][LANGUAGES.index(language)]


def yes_or_no(key: str, cell: str) -> bool:
    """Raises: Refused."""
    found = _YES_NO.get(plain(cell))
    if found is None:
        raise Refused(f"«{COLUMNS[key][0]}: {cell[:40]}» tiene que ser «sí» o «no»")
    return found


def true_or_false(cell: str) -> bool | None:
    """What a cell says of a statement; None where it says something else."""
    return _TRUE_FALSE.get(plain(cell))
