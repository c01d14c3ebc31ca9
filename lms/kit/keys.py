"""The site's signing keys: Ed25519, the private half encrypted with a key that LMS_SECRET_KEY gives (HKDF-SHA256, AES-256-GCM).

The newest key signs; the public halves of the older ones go on proving what they signed. What a private half is encrypted with
also vouches for its public half and its moment: a key that somebody put into the table without the secret does not count.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from lms.kit import audit
from lms.kit.db import AppendOnly, Base, lock, moment, pk
from lms.kit.errors import Conflict
from lms.kit.ids import new_code
from lms.kit.permissions import SYSTEM, Actor

if TYPE_CHECKING:  # loaded where it is used: a page that signs nothing must not pay for it
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from config import Settings

_PURPOSE = b"umbral signing keys, 1"
_NONCE = 12


class SigningKey(AppendOnly, Base):
    """A pair of keys; `private` is encrypted, both halves are base64."""

    __tablename__ = "signing_key"

    id: Mapped[pk]
    kid: Mapped[str] = mapped_column(unique=True)
    public: Mapped[str]
    private: Mapped[str]
    created_at: Mapped[moment]


@dataclass(frozen=True)
class KeyState:
    """A key as an operator sees it. `retired_at`: when the next one took its place; `ours`: made with a secret we know."""

    kid: str
    public: str
    created_at: datetime
    retired_at: datetime | None
    ours: bool


class Keyring:
    """Signs and verifies with the keys of the database. `secrets`: the present LMS_SECRET_KEY, then the former ones."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._sealing = [_derived(secret) for secret in secrets]

    def sign(self, session: Session, data: bytes, *, now: datetime) -> tuple[str, bytes]:
        """The id of the key in force and its signature of `data`; the first key is made when it is first needed.

        Raises: Conflict("keys.secret_changed") where the secret is not the one that the key was made with.
        """
        row = self._newest(session)
        if row is None:
            lock(session, "signing_key")
            row = self._newest(session) or self._make(session, SYSTEM, now)
        private = self._private(row)
        if private is None:
            raise Conflict("keys.secret_changed", kid=row.kid)
        return row.kid, private.sign(data)

    def verify(self, session: Session, kid: str, data: bytes, signature: bytes) -> bool:
        """Whether the key `kid`, made by this installation, signed `data`."""
        row = session.scalar(select(SigningKey).where(SigningKey.kid == kid))
        return row is not None and self.ours(row) and verified(row.public, data, signature)

    def rotate(self, session: Session, actor: Actor, *, now: datetime) -> SigningKey:
        """Make a new key; from now on it signs, and the former ones only verify. Works after the secret was changed, too."""
        lock(session, "signing_key")
        return self._make(session, actor, now)

    def states(self, session: Session) -> list[KeyState]:
        """Every key, the newest first."""
        rows = session.scalars(select(SigningKey).order_by(SigningKey.id.desc())).all()
        ends = [None, *(row.created_at for row in rows)]
        return [
            KeyState(row.kid, row.public, row.created_at, end, self.ours(row))
            for row, end in zip(rows, ends, strict=False)
        ]

    def ours(self, row: SigningKey) -> bool:
        """Whether a key was made with a secret of this installation, and is as it was made."""
        return self._private(row) is not None

    def _newest(self, session: Session) -> SigningKey | None:
        return session.scalar(select(SigningKey).order_by(SigningKey.id.desc()).limit(1))

    def _make(self, session: Session, actor: Actor, now: datetime) -> SigningKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        pair, kid, nonce = Ed25519PrivateKey.generate(), new_code(), os.urandom(_NONCE)
        public = _text(pair.public_key().public_bytes_raw())
        hidden = AESGCM(self._sealing[0]).encrypt(nonce, pair.private_bytes_raw(), _facts(kid, public, now))
        row = SigningKey(kid=kid, public=public, private=_text(nonce + hidden), created_at=now)
        session.add(row)
        session.flush()
        audit.record(session, actor, action="key.make", subject=("signing_key", kid), after={"public": public}, now=now)
        return row

    def _private(self, row: SigningKey) -> Ed25519PrivateKey | None:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            stored = base64.b64decode(row.private, validate=True)
        except ValueError:
            return None
        facts = _facts(row.kid, row.public, row.created_at)
        for secret in self._sealing:
            try:
                raw = AESGCM(secret).decrypt(stored[:_NONCE], stored[_NONCE:], facts)
            except (InvalidTag, ValueError):
                continue
            return Ed25519PrivateKey.from_private_bytes(raw)
        return None


def make_keyring(settings: Settings) -> Keyring:
    """The keyring of an installation. The former secrets are tried whole as well: one may hold blanks itself."""
    former = settings.former_secret_keys
    return Keyring([settings.secret_key, *dict.fromkeys([former.strip(), *former.split()] if former.strip() else [])])


def verified(public: str, data: bytes, signature: bytes) -> bool:
    """Whether the holder of `public` (base64, 32 bytes) signed `data`; what is no key or no signature proves nothing."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True)).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def _derived(secret: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())


def _facts(kid: str, public: str, created_at: datetime) -> bytes:
    """What the encryption vouches for beside the private half."""
    return f"{kid}|{public}|{created_at.isoformat()}".encode()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
