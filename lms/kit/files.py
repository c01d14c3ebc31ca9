"""The file store: bytes outside the web root under the name of their SHA-256, and a row for each file that was given.

`put` writes to a temporary file, forces it to the disk and renames it, so that a name either holds all of its bytes or is not
there. The row stands or falls with the transaction; bytes that no row names are swept a day later. Two rows may share bytes.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import math
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import BigInteger, CheckConstraint, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from config import ConfigError, Settings
from lms.kit.db import Base, BigKey, code, moment, pk
from lms.kit.errors import Invalid, NotFound
from lms.kit.filetypes import DANGEROUS, KINDS, MEDIA_KINDS, TEXTS, claimed, sniff
from lms.kit.ids import new_code
from lms.kit.permissions import Actor

CHUNK = 64 * 1024
NAME_MAX = 160
ORPHAN_AGE = timedelta(days=1)
"""Bytes without a row are kept this long: the transaction that will name them may still be open."""
_KIB = 1024
_BATCH = 500
_FORM_KIB = 64
"""What the other fields of a form with files may weigh."""


class StoredFile(Base):
    """A file that somebody gave or that a job made. The database refuses to change a row; see `FileStore.remove`."""

    __tablename__ = "stored_file"
    __table_args__ = (CheckConstraint("size > 0", name="size"), Index("ix_stored_file_sha256", "sha256"))

    id: Mapped[pk]
    code: Mapped[code]
    name: Mapped[str]  # as it was called where it came from
    kind: Mapped[str]  # a key of `filetypes.KINDS`
    size: Mapped[int] = mapped_column(BigInteger)  # bytes
    sha256: Mapped[str]
    purpose: Mapped[str]
    stored_by: Mapped[int | None] = mapped_column(BigKey)
    stored_by_name: Mapped[str]
    stored_at: Mapped[moment]

    @property
    def media_type(self) -> str:
        return KINDS[self.kind].media_type


@dataclass(frozen=True)
class Purpose:
    """What files of one kind of use may be: kinds, bytes of one file, files of one form. `lasting`: never removed."""

    key: str
    kinds: tuple[str, ...]
    max_bytes: int
    max_files: int = 1
    lasting: bool = True

    @property
    def request_bytes(self) -> int:
        """The largest request that a form with such files may be."""
        return self.max_bytes * self.max_files + _FORM_KIB * _KIB


@dataclass(frozen=True)
class Damage:
    """A row whose bytes are `missing`, or `changed` since they were stored."""

    code: str
    name: str
    fault: str


class FileStore:
    """The folder of the files and the limits of each purpose. Made once for an installation by `make_store`."""

    def __init__(self, root: Path, purposes: Mapping[str, Purpose]) -> None:
        self.root, self.purposes = root, dict(purposes)

    def put(
        self, session: Session, stream: BinaryIO, *, name: str, purpose: str, actor: Actor, now: datetime
    ) -> StoredFile:
        """Keep the bytes of `stream` and write their row in the session's transaction.

        Raises: Invalid("files.empty" | "files.too_large" | "files.dangerous" | "files.kind_unknown" | "files.lies" |
        "files.kind_refused"), all with `name`; nothing is kept then.
        """
        limits = self.purposes[purpose]
        clean = clean_name(name)
        self._folder("tmp").mkdir(parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(dir=self._folder("tmp"))
        path = Path(made)
        with os.fdopen(handle, "wb") as target:
            try:
                digest, size = _copy(stream, target, clean, limits)
                kind = self._kind(path, clean, limits)
                target.flush()
                os.fsync(target.fileno())
                self._keep(path, digest)
            except BaseException:
                path.unlink(missing_ok=True)
                raise
        row = StoredFile(
            code=new_code(),
            name=clean,
            kind=kind,
            size=size,
            sha256=digest,
            purpose=purpose,
            stored_by=actor.person_id,
            stored_by_name=actor.name,
            stored_at=now,
        )
        session.add(row)
        session.flush()
        return row

    def open(self, file: StoredFile) -> BinaryIO:
        """The bytes of a file, to be closed by the caller. Raises: NotFound("files.damaged") where they are gone or cut."""
        path = self._path(file.sha256)
        try:
            opened = path.open("rb")
        except OSError:
            raise NotFound("files.damaged", name=file.name) from None
        if os.fstat(opened.fileno()).st_size != file.size:
            opened.close()
            raise NotFound("files.damaged", name=file.name)
        return opened

    def chunks(self, file: StoredFile) -> Iterator[bytes]:
        """The bytes of a file, piece by piece. Raises: as `open`, before the first piece is asked for."""
        self.open(file).close()

        def read() -> Iterator[bytes]:
            with self.open(file) as opened:
                while chunk := opened.read(CHUNK):
                    yield chunk

        return read()

    def remove(self, session: Session, file: StoredFile) -> None:
        """Forget a file of a purpose that does not last, such as an old result; its bytes go with the next sweep.

        Raises: ValueError for a lasting purpose: evidence is never removed.
        """
        if self.purposes[file.purpose].lasting:
            raise ValueError(f"files of {file.purpose} are kept for ever")
        session.delete(file)
        session.flush()

    def verify(self, session: Session, newest: int | None = None) -> list[Damage]:
        """Rows whose bytes are missing or have another hash, the newest first; of the `newest` rows only, where it is given.

        Reads every file that it looks at: for `lms doctor`, not for a page.
        """
        found: dict[tuple[str, int], str] = {}
        damages = []
        rows = session.execute(
            select(StoredFile.code, StoredFile.name, StoredFile.sha256, StoredFile.size)
            .order_by(StoredFile.id.desc())
            .limit(newest)
            .execution_options(yield_per=1000)
        )
        for file_code, name, digest, size in rows:
            if (digest, size) not in found:
                found[digest, size] = _fault_of(self._path(digest), digest, size)
            if found[digest, size]:
                damages.append(Damage(file_code, name, found[digest, size]))
        return damages

    def sweep(self, session: Session, now: datetime) -> int:
        """Remove bytes older than a day that no row names, and what a broken upload left; returns how many files."""
        oldest = (now - ORPHAN_AGE).timestamp()
        old = [path for path in self._all() if _changed_at(path) < oldest]
        removed = 0
        for start in range(0, len(old), _BATCH):
            batch = old[start : start + _BATCH]
            names = [path.name for path in batch if path.parent != self._folder("tmp")]
            named = set(session.scalars(select(StoredFile.sha256).where(StoredFile.sha256.in_(names))))
            removed += sum(self._unlink_if_old(path, oldest) for path in batch if path.name not in named)
        return removed

    def _unlink_if_old(self, path: Path, oldest: float) -> int:
        """Under the lock: somebody may have stored the same bytes again a moment ago."""
        with self._locked():
            if _changed_at(path) >= oldest:
                return 0
            path.unlink()
            return 1

    def _kind(self, path: Path, name: str, limits: Purpose) -> str:
        """The kind of the bytes, where it is what the name claims and what the purpose allows."""
        with path.open("rb") as stream:
            found = sniff(stream)
        claim = claimed(name)
        allowed = kinds_text(limits.kinds)
        if found == DANGEROUS:
            raise Invalid("files.dangerous", name=name, allowed=allowed)
        if found is None or claim is None:
            raise Invalid("files.kind_unknown", name=name, allowed=allowed)
        if found == "txt" and claim in TEXTS:
            found = claim  # a table of values is a text like any other: its name decides
        if found != claim:
            raise Invalid("files.lies", name=name, claimed=kinds_text([claim]), found=kinds_text([found]))
        if found not in limits.kinds:
            raise Invalid("files.kind_refused", name=name, kind=kinds_text([found]), allowed=allowed)
        return found

    def _keep(self, path: Path, digest: str) -> None:
        """Give the bytes their name. The new file always takes the place of an old one, so that its age is today's."""
        final = self._path(digest)
        final.parent.mkdir(parents=True, exist_ok=True)
        with self._locked():
            path.chmod(0o640)
            path.replace(final)
        _sync_folder(final.parent)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """One at a time, over every process of this installation."""
        with (self.root / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _folder(self, name: str) -> Path:
        return self.root / name

    def _path(self, digest: str) -> Path:
        return self.root / digest[:2] / digest

    def _all(self) -> list[Path]:
        if not self.root.is_dir():
            return []
        return [path for path in sorted(self.root.glob("*/*")) if path.is_file()]


def make_store(settings: Settings) -> FileStore:
    """The store of an installation, in `files/` of its instance folder.

    Raises: ConfigError for a setting that names a kind of file that there is not.
    """
    taken, left, brought = (
        _kinds(name, getattr(settings, name)) for name in ("evidence_types", "result_types", "import_types")
    )
    evidence = Purpose("evidence", taken, settings.evidence_kib * _KIB, max_files=settings.evidence_files)
    result = Purpose("result", left, settings.result_kib * _KIB, lasting=False)
    imported = Purpose("import", brought, settings.import_kib * _KIB)
    # Files of questions are kept packed (see assessment.formats.kept): a text that a browser could run is none that is served.
    questions = Purpose("questions", ("zip",), settings.question_file_kib * _KIB, lasting=False)
    media = Purpose("media", MEDIA_KINDS, settings.media_kib * _KIB)
    return FileStore(
        settings.instance / "files", {item.key: item for item in (evidence, result, imported, media, questions)}
    )


def _kinds(setting: str, typed: str) -> tuple[str, ...]:
    """The kinds that a setting names, in its order. Raises: ConfigError for one that there is not."""
    keys = tuple(typed.replace(",", " ").lower().split())
    unknown = [key for key in keys if key not in KINDS]
    if unknown or not keys:
        wrong = " ".join(unknown) or "no kind of file"
        raise ConfigError(f"LMS_{setting.upper()} names {wrong}: use some of {' '.join(KINDS)}")
    return keys


def kinds_text(kinds: tuple[str, ...] | list[str]) -> str:
    """The kinds as people call them: "PDF, PNG"."""
    return ", ".join(key.upper() for key in kinds)


def clean_name(name: str) -> str:
    """The last part of a name, without folders or signs that do not print, its ending kept when it is cut.

    A browser may send a whole path; "file" where nothing is left.
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    last = "".join(sign for sign in last if sign.isprintable()).strip().strip(".") or "file"
    stem, dot, ending = last.rpartition(".")
    if len(last) <= NAME_MAX or not dot or len(ending) > 10:
        return last[:NAME_MAX]
    return stem[: NAME_MAX - len(ending) - 1] + dot + ending


def file_by_code(session: Session, file_code: str) -> StoredFile:
    """The row of a file; who may see it is for the loader of its purpose to say. Raises: NotFound("files.not_found")."""
    found = session.scalar(select(StoredFile).where(StoredFile.code == file_code))
    if found is None:
        raise NotFound("files.not_found")
    return found


def _copy(stream: BinaryIO, target: BinaryIO, name: str, limits: Purpose) -> tuple[str, int]:
    """Copy piece by piece; returns the hash and the size in bytes."""
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        size += len(chunk)
        if size > limits.max_bytes:
            raise Invalid("files.too_large", name=name, limit=limits.max_bytes // _KIB)
        digest.update(chunk)
        target.write(chunk)
    if size == 0:
        raise Invalid("files.empty", name=name)
    target.flush()
    return digest.hexdigest(), size


def _fault_of(path: Path, digest: str, size: int) -> str:
    """ "missing", "changed" or "" for the bytes at `path`."""
    try:
        with path.open("rb") as opened:
            same = (
                os.fstat(opened.fileno()).st_size == size
                and hashlib.file_digest(opened, "sha256").hexdigest() == digest
            )
    except OSError:
        return "missing"
    return "" if same else "changed"


def _changed_at(path: Path) -> float:
    """The moment of a file's last change; a file that has gone meanwhile is as young as can be."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return math.inf


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
