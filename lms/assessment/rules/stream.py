"""Random numbers that are the same for ever: HMAC-SHA256 of a secret seed as a counter stream.

Python does not promise the same `random.sample` in every version, and an attempt drawn today must be drawn again
years from now for an auditor. So the stream and the shuffle are ours, and golden vectors in the tests fix them.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from typing import TypeVar

from lms.assessment.rules.canonical import canonical_json

Item = TypeVar("Item")

SEED_BYTES = 32
"""How long a new seed is; `MIN_SEED_BYTES` is the shortest one accepted."""
MIN_SEED_BYTES = 16

_WORD_BYTES = 8
_WORD_VALUES = 1 << 64


class Stream:
    """The stream of 64-bit words that belongs to one seed and one label.

    Block number c (from 0) is HMAC-SHA256(seed, algorithm, NUL, canonical JSON of the label parts, NUL, c as 8 bytes
    big-endian), read as four big-endian words. Streams of different labels are independent: what is drawn in one
    section cannot shift what is drawn in another.

    Raises: ValueError where the seed is shorter than `MIN_SEED_BYTES`.
    """

    def __init__(self, seed: bytes, algorithm: str, *label: str | int) -> None:
        if len(seed) < MIN_SEED_BYTES:
            raise ValueError(f"a seed has {MIN_SEED_BYTES} bytes or more, this one has {len(seed)}")
        self._seed = bytes(seed)
        self._prefix = algorithm.encode() + b"\0" + canonical_json(list(label)).encode() + b"\0"
        self._block, self._used, self._counter = b"", 0, 0

    def word(self) -> int:
        """The next whole number from 0 to 2**64 - 1."""
        if self._used == len(self._block):
            message = self._prefix + self._counter.to_bytes(_WORD_BYTES, "big")
            self._block, self._used = hmac.digest(self._seed, message, "sha256"), 0
            self._counter += 1
        start, self._used = self._used, self._used + _WORD_BYTES
        return int.from_bytes(self._block[start : self._used], "big")

    def below(self, limit: int) -> int:
        """A whole number from 0 to `limit` - 1, each as likely as any other.

        Words above the last whole multiple of `limit` are rejected: the remainder alone would favour small numbers.
        """
        if not 1 <= limit <= _WORD_VALUES:
            raise ValueError(f"no whole number lies below {limit}")
        fair = _WORD_VALUES - _WORD_VALUES % limit
        while (word := self.word()) >= fair:
            pass
        return word % limit

    def permuted(self, items: Sequence[Item]) -> Iterator[Item]:
        """`items` in random order, one at a time (Fisher-Yates from the front).

        Only displaced positions are remembered, so that taking 20 of 10,000 costs as much as taking 20 of 100.
        """
        displaced: dict[int, int] = {}
        size = len(items)
        for here in range(size):
            there = here + self.below(size - here)
            picked = displaced.get(there, there)
            displaced[there] = displaced.pop(here, here)
            yield items[picked]
