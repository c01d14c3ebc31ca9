"""What people type to enter a supervised room."""

from __future__ import annotations

import secrets

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Figures and capitals that nobody takes for each other on a projector: no 0 and O, no 1, I and L."""
LENGTH = 6


def new_pin() -> str:
    """Six signs: about 887 million, so that guessing one of the few that are open is no way in."""
    return "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


def typed_pin(text: str) -> str:
    """What was typed, as a pin: case, blanks and hyphens make no difference."""
    return "".join(sign for sign in text.upper() if sign.isalnum())[: 2 * LENGTH]


def shown_pin(pin: str) -> str:
    """A pin in two halves, as it is read aloud."""
    return f"{pin[:3]} {pin[3:]}"
