"""Fields that the files of a bank share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import overload

from lms.kit.content import Reader

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def read_id(reader: Reader, key: str, *, required: bool = True) -> str:
    """An identifier: lower-case letters without accents, figures and single hyphens; "" where it is not one."""
    value = reader.text(key, required=required, max_length=100)
    if value and not _ID.fullmatch(value):
        reader.error(key, f"«{key}: {value}» tiene que llevar solo minúsculas sin acento, cifras y guiones")
        return ""
    return value


@overload
def read_choice(reader: Reader, key: str, options: Iterable[str]) -> str | None: ...


@overload
def read_choice(reader: Reader, key: str, options: Iterable[str], *, default: str) -> str: ...


def read_choice(reader: Reader, key: str, options: Iterable[str], *, default: str | None = None) -> str | None:
    """One of `options`; `default` (None: reported) where it is missing, and once reported where it is none of them."""
    if default is not None and key not in reader:
        reader.text(key, required=False)
        return default
    before, known = len(reader.report.errors), list(options)
    if not known:
        reader.text(key)
        return default
    value = reader.choice(key, known)
    return value if len(reader.report.errors) == before else default
