"""Names as they are searched and sorted: lower case, without accents, the same in Python and in both databases."""

from __future__ import annotations

import string

ACCENTED = "ÁÀÂÃÄÉÈÊËÍÌÎÏÓÒÔÕÖÚÙÛÜÑÇáàâãäéèêëíìîïóòôõöúùûüñç"
PLAIN = "aaaaaeeeeiiiiooooouuuuncaaaaaeeeeiiiiooooouuuunc"
_TABLE = str.maketrans(ACCENTED + string.ascii_uppercase, PLAIN + string.ascii_lowercase)


def folded(text: str) -> str:
    """The letters of Spanish and Portuguese names as the plain ones; `kit.db.fold` is the same in SQL."""
    return text.translate(_TABLE)
