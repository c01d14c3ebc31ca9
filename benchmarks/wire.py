"""Many browsers in one process: requests over kept connections, as cheaply as Python can send them. A process of its own.

It speaks JSON by lines on its standard streams, as `benchmarks.load` does: it reads a job, prints `ready`, waits for a line,
runs, and prints what it measured. Only ever against a server on this machine, and never longer than the job says.
"""

from __future__ import annotations

import asyncio
import gc
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from urllib.parse import urlsplit

from benchmarks import child

_PATIENCE = 30.0
_MOST_SECONDS = 900.0


@dataclass
class Person:
    """A signed-in browser: the head lines that every request of it carries."""

    cookie: str
    token: str


@dataclass
class Request:
    """A request of somebody; `body` is JSON where it begins with a brace, else a form."""

    person: int
    method: str
    path: str
    body: str = ""


@dataclass
class Work:
    """Closed loop: `clients` take the requests one after the other.

    Open loop, where `saves_at` holds an address of each person: each saves an answer every `every` seconds for `seconds`, from
    a moment of their own, and never before the one before was answered; `places` and `choices` say what can be answered.
    """

    base: str
    people: list[Person]
    requests: list[Request] = field(default_factory=list)
    clients: int = 1
    saves_at: list[str] = field(default_factory=list)
    seconds: float = 0.0
    every: float = 10.0
    places: int = 20
    choices: int = 4
    tab: str = ""


@dataclass
class Told:
    """What came of it, in the order of the requests: seconds, status, address it leads to (closed loop).

    Open loop: of each save its person, number, place and choice; the seconds since it was due; "" or what went wrong.
    """

    seconds: float
    times: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    locations: list[str] = field(default_factory=list)
    saves: list[tuple[int, int, int, int, float, str]] = field(default_factory=list)
    retried: int = 0


class _Line(asyncio.Protocol):
    """One connection: it sends a request and waits for the whole answer, whose length the server tells."""

    def __init__(self) -> None:
        self.closed = False
        self._got = b""
        self._waiting: asyncio.Future[bytes] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, end, rest = self._got.partition(b"\r\n\r\n")
        if end and self._waiting and not self._waiting.done() and len(rest) >= _length(head):
            self._waiting.set_result(self._got)

    def connection_lost(self, _why: Exception | None) -> None:
        self.closed = True
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(ConnectionResetError("the server hung up"))

    async def ask(self, request: bytes) -> bytes:
        self._got, self._waiting = b"", asyncio.get_running_loop().create_future()
        if self._transport is None or self.closed:
            raise ConnectionResetError("the line is closed")
        self._transport.write(request)
        async with asyncio.timeout(_PATIENCE):
            return await self._waiting

    def hang_up(self) -> None:
        if self._transport is not None:
            self._transport.close()


def _length(head: bytes) -> int:
    return int(_field(head, b"content-length") or 0)


def _field(head: bytes, name: bytes) -> bytes:
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.lower() == name:
            return value.strip()
    return b""


class _Browser:
    """One connection of somebody's, opened again when the server has closed it, as browsers do."""

    def __init__(self, host: str, port: int, told: Told) -> None:
        self._host, self._port, self._told = host, port, told
        self._line: _Line | None = None

    async def ask(self, request: bytes) -> bytes:
        kept = self._line is not None and not self._line.closed
        try:
            return await self._once(request)
        except ConnectionResetError:
            if not kept:
                raise
            self._told.retried += 1  # the server closed the kept line just then
            self._line = None
            return await self._once(request)

    async def _once(self, request: bytes) -> bytes:
        if self._line is None or self._line.closed:
            loop = asyncio.get_running_loop()
            _, self._line = await loop.create_connection(_Line, self._host, self._port)
        return await self._line.ask(request)

    def hang_up(self) -> None:
        if self._line is not None:
            self._line.hang_up()


def encoded(person: Person, method: str, path: str, body: str) -> bytes:
    """The bytes of a request."""
    sent = body.encode()
    kind = "application/json" if body.startswith("{") else "application/x-www-form-urlencoded"
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Encoding: gzip", f"Cookie: {person.cookie}"]
    if body.startswith("{"):
        lines += ["Accept: application/json", f"X-CSRFToken: {person.token}"]
    if method == "POST":
        lines += [f"Content-Type: {kind}", f"Content-Length: {len(sent)}"]
    return "\r\n".join([*lines, "", ""]).encode() + sent


async def _closed_loop(work: Work, told: Told) -> None:
    where = urlsplit(work.base)
    count = len(work.requests)
    told.times, told.statuses, told.locations = [0.0] * count, [0] * count, [""] * count
    waiting = iter(range(count))

    async def client() -> None:
        browser = _Browser(where.hostname or "", where.port or 80, told)
        for number in waiting:
            asked = work.requests[number]
            request = encoded(work.people[asked.person], asked.method, asked.path, asked.body)
            before = time.perf_counter()
            head = (await browser.ask(request)).partition(b"\r\n\r\n")[0]
            told.times[number] = time.perf_counter() - before
            told.statuses[number] = int(head.split(b" ", 2)[1])
            told.locations[number] = _field(head, b"location").decode()
        browser.hang_up()

    await asyncio.gather(*(client() for _ in range(work.clients)))


async def _open_loop(work: Work, told: Told) -> None:
    where, begun, chance = urlsplit(work.base), time.perf_counter(), random.Random(5)
    phases = [work.every * (number + chance.random()) / len(work.people) for number in range(len(work.people))]

    async def somebody(number: int) -> None:
        browser, person = _Browser(where.hostname or "", where.port or 80, told), work.people[number]
        dice = random.Random(number)
        for seq in range(1, 1 + int(work.seconds / work.every)):
            due = begun + phases[number] + (seq - 1) * work.every
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            place, choice = dice.randint(1, work.places), dice.randrange(work.choices)
            entry = {"position": place, "tab": work.tab, "seq": seq, "answer": [str(choice)]}
            request = encoded(person, "POST", work.saves_at[number], json.dumps({"saves": [entry]}))
            fault = await _faulty(browser, request)
            told.saves.append((number, seq, place, choice, time.perf_counter() - due, fault))
        browser.hang_up()

    await asyncio.gather(*(somebody(number) for number in range(len(work.people))))


async def _faulty(browser: _Browser, request: bytes) -> str:
    """Send a save; "" where it was acknowledged as one that counts."""
    try:
        head, _, body = (await browser.ask(request)).partition(b"\r\n\r\n")
    except (OSError, TimeoutError) as fault:
        return f"{type(fault).__name__}: {fault}"
    if head.split(b" ", 2)[1] != b"200":
        return head[:200].decode(errors="replace")
    state = json.loads(body)["results"][0]["state"]
    return "" if state in {"saved", "replay"} else str(state)


def main() -> None:
    given = json.loads(sys.stdin.readline())
    people = [Person(**each) for each in given.pop("people")]
    requests = [Request(**each) for each in given.pop("requests")]
    work, told = Work(people=people, requests=requests, **given), Told(0.0)
    if urlsplit(work.base).hostname != "127.0.0.1" or work.seconds > _MOST_SECONDS:
        sys.exit("only against this machine, and for a quarter of an hour at most")
    print("ready", flush=True)
    if sys.stdin.readline().strip() != "go":
        sys.exit(1)
    gc.disable()  # of this process: its pauses would be measured as the server's
    before = time.perf_counter()
    asyncio.run(_open_loop(work, told) if work.saves_at else _closed_loop(work, told))
    told.seconds = time.perf_counter() - before
    print(json.dumps(asdict(told)), flush=True)


@contextmanager
def prepared(work: Work) -> Iterator[Callable[[], Told]]:
    """A client that holds `work`, in a process of its own that ends with this block; call it to run."""
    with child.prepared("benchmarks.wire", asdict(work)) as client:
        yield lambda: Told(**client.go())


if __name__ == "__main__":
    main()
