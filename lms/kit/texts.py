"""Marks for texts that are kept as they stand, in Spanish, and translated where they are shown."""


def N_(text: str) -> str:  # noqa: N802 - the name that translation tools look for
    """Mark a text for translation without translating it: a record keeps it, whoever wrote it and whoever reads it."""
    return text
