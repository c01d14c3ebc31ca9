"""Random codes for URLs, tokens and things people type."""

from __future__ import annotations

import hashlib
import secrets

# No 0/o, 1/l/i, u/v: a code is read aloud and typed from paper.
_ALPHABET = "23456789abcdefghjkmnpqrstwxyz"


def new_code(length: int = 12) -> str:
    """A random code; 12 signs carry 58 bits, enough not to be guessed through a rate-limited page."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def new_token() -> str:
    """A secret for a session: 256 bits, URL-safe."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a secret with full entropy: its SHA-256, so that a stolen database opens no session."""
    return hashlib.sha256(token.encode()).hexdigest()
