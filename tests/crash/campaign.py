"""One campaign on one store: kill, start, go on; at the end everything must add up.

What is compared: the ledger of the fake Telegram and what visitors had acknowledged, the database, and the union
of what the operators' sockets showed.
"""

import asyncio
import itertools
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from sqlalchemy import create_engine, text

from openlines.support.failpoints import PLACES
from tests.crash.people import PASSWORD, Api, Operator, Visitor
from tests.crash.server import Server
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram import control as telegram

OPERATORS = 4
QUIET_WITHIN = 90.0  # seconds; an unknown delivery holds its lane up for 30


@dataclass
class Report:
    """What happened, and what is wrong (`faults` must stay empty)."""

    store: str
    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    from_telegram: int = 0
    to_telegram: int = 0
    unknown: int = 0
    repeated: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    def words(self) -> str:
        kills = ", ".join(f"{count} {place}" for place, count in sorted(self.kills.items()))
        return (
            f"{self.store}: killed {sum(self.kills.values())} times ({kills}) in {self.seconds:.0f} s; "
            f"{self.acknowledged} visitors' messages acknowledged, {self.from_telegram} from and "
            f"{self.to_telegram} to Telegram, {self.unknown} of them unknown, {self.repeated} requests repeated; "
            f"faults: {len(self.faults)}"
        )


class Campaign:
    def __init__(self, folder: Path, database: str, *, seed: int = 1, visitors: int = 12, chats: int = 6) -> None:
        self._store = "postgresql" if database else "sqlite"
        self._database = database
        self._folder = folder
        self._rng = random.Random(seed)
        self._visitor_count = visitors
        self._chats = chats
        self.server = Server(folder / "data", database=database)
        self.report = Report(self._store)
        self._stop_writing = asyncio.Event()
        self._stop_all = asyncio.Event()
        self.operators: list[Operator] = []
        self.visitors: list[Visitor] = []
        self._apis: list[Api] = []

    async def run(self, *, rounds: dict[str, int], random_kills: int, pause: tuple[float, float]) -> Report:
        began = time.monotonic()
        async with FakeTelegram(chat_rate=200, chat_burst=500) as fake, asyncio.TaskGroup() as tasks:
            bot = telegram.add_bot(fake)
            await self.server.start()
            key = await self._set_up(fake, bot["token"])
            working = [tasks.create_task(each.run(self._stop_all)) for each in self.operators]
            writing = [tasks.create_task(self._telegram(fake, bot["token"]))]
            for number in range(self._visitor_count):
                visitor = Visitor(self._api({}), key, number)
                self.visitors.append(visitor)
                writing.append(tasks.create_task(visitor.run(self._stop_writing, random.Random(number))))
            await asyncio.sleep(3)
            await self._kill(rounds, random_kills, pause)
            await asyncio.sleep(3)
            self._stop_writing.set()
            await asyncio.gather(*writing)
            await self._quiet(fake, bot["token"])
            self._stop_all.set()
            await asyncio.gather(*working)
            await self.server.stop()
            self._compare(fake, bot["token"])
            for api in self._apis:
                self.report.repeated += api.repeated
                await api.close()
        self.report.seconds = time.monotonic() - began
        return self.report

    # --- before ---------------------------------------------------------------------------------------------

    def _api(self, headers: dict[str, str]) -> Api:
        api = Api(self.server, headers)
        self._apis.append(api)
        return api

    async def _set_up(self, fake: FakeTelegram, token: str) -> str:
        """An administrator, operators, a line with both channels; returns the chat's key."""
        person = {"name": "Chief", "email": "chief@example.com", "password": PASSWORD}
        body = {"token": self.server.setup_token, "portal_name": "Crash", "language": "en", "time_zone": "UTC"}
        admin, made = await self._signed_in("/api/v1/setup", {**body, **person}, 201)
        line_id = made["line_id"]
        members = []
        for number in range(OPERATORS):
            email = f"o{number}@example.com"
            user = {"name": f"Operator {number}", "email": email, "password": PASSWORD, "role": "operator"}
            status, created = await admin("POST", "/api/v1/users", {**user, "department_ids": []})
            assert status == 201, created
            members.append({"user_id": created["id"]})
            api, _ = await self._signed_in("/api/v1/login", {"email": email, "password": PASSWORD}, 200)
            self.operators.append(Operator(api, created["id"]))
        self.operators.append(Operator(admin, made["me"]["id"], works=False))  # sees everything, does nothing
        status, line = await admin("GET", f"/api/v1/lines/{line_id}")
        settings = {"no_answer_time": 43200, "auto_close_time": 0, "rating": "off"}
        status, line = await admin(
            "PATCH", f"/api/v1/lines/{line_id}", {"version": line["version"], "settings": settings}
        )
        assert status == 200, line
        status, answer = await admin(
            "PUT", f"/api/v1/lines/{line_id}/queue", {"version": line["version"], "members": members}
        )
        assert status == 200, answer
        channel = {"line_id": line_id, "kind": "telegram", "name": "Bot"}
        status, answer = await admin(
            "POST",
            "/api/v1/channels",
            {**channel, "settings": {"base_url": fake.base}, "secrets": {"token": token}},
        )
        assert status == 201, answer
        key = re.search(r'data-key="([^"]+)"', made["snippet"])
        assert key is not None
        return key[1]

    async def _signed_in(self, path: str, body: dict[str, Any], expected: int) -> tuple[Api, Any]:
        async with aiohttp.ClientSession() as session, session.post(self.server.base + path, json=body) as answer:
            found = msgspec.json.decode(await answer.read())
            assert answer.status == expected, found
            cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in answer.cookies.items())
        return self._api({"Cookie": cookie}), found

    # --- under load -----------------------------------------------------------------------------------------

    async def _telegram(self, fake: FakeTelegram, token: str) -> None:
        for number in range(1, self._chats + 1):
            telegram.person(fake, number, first_name=f"Customer {number}")
        for count in itertools.count():
            if self._stop_writing.is_set():
                return
            telegram.say(fake, token, self._rng.randint(1, self._chats), f"t{count}")
            self.report.from_telegram += 1
            await asyncio.sleep(self._rng.uniform(0.02, 0.25))

    async def _kill(self, rounds: dict[str, int], random_kills: int, pause: tuple[float, float]) -> None:
        plan = [place for place, count in rounds.items() for _ in range(count)] + ["at random"] * random_kills
        self._rng.shuffle(plan)
        for place in plan:
            if place == "at random":
                await asyncio.sleep(self._rng.uniform(*pause))
                self.server.kill()
            else:
                self.server.kill()
                await self.server.died(5)
                await self.server.start(f"{place}:{self._rng.randint(1, 40)}")
                if not await self.server.died(20):
                    self.server.kill()
            await self.server.died(5)
            self.report.kills[place] += 1
            await self.server.start()
            await asyncio.sleep(0.3)

    async def _quiet(self, fake: FakeTelegram, token: str) -> None:
        """Until nothing is on its way any more."""
        admin = self._apis[0]
        deadline = time.monotonic() + QUIET_WITHIN
        still = 0
        while still < 4:
            if time.monotonic() > deadline:
                self.report.faults.append("the server never comes to rest")
                return
            pending = telegram.state(fake, token)["pending"]
            busy = await asyncio.to_thread(self._on_its_way)
            _, snapshot = await admin("GET", "/api/v1/snapshot")
            owed = [
                row
                for row in snapshot.get("conversations", ())
                if row["state"] in ("waiting", "offered") or row.get("awaiting") == "operator"
            ]
            still = 0 if pending or busy or owed else still + 1
            await asyncio.sleep(0.5)

    # --- afterwards -----------------------------------------------------------------------------------------

    def _rows(self, query: str) -> list[Any]:
        url = self._database.replace("postgresql://", "postgresql+psycopg://") if self._database else ""
        engine = create_engine(url or f"sqlite:///{self._folder / 'data' / 'portal.db'}")
        try:
            with engine.connect() as connection:
                return list(connection.execute(text(query)))
        finally:
            engine.dispose()

    def _on_its_way(self) -> int:
        """Deliveries and raw events that are not settled."""
        found = self._rows(
            "SELECT (SELECT count(*) FROM deliveries WHERE state IN ('queued', 'sending'))"
            " + (SELECT count(*) FROM inbox WHERE state = 'new')"
        )
        return int(found[0][0])

    def _compare(self, fake: FakeTelegram, token: str) -> None:
        rows = self._rows("SELECT id, thread_id, seq, author, kind, text, dedupe FROM messages ORDER BY thread_id, seq")
        self._check_visitors(rows)
        self._check_telegram(fake, token, rows)
        self._check_sockets(rows)
        self._check_invariants()

    def _fault(self, words: str) -> None:
        self.report.faults.append(words)

    def _check_visitors(self, rows: list[Any]) -> None:
        kept: dict[str, list[Any]] = defaultdict(list)
        for row in rows:
            if row.author == "customer" and row.dedupe and row.dedupe.startswith("v"):
                kept[row.dedupe].append(row)
        for visitor in self.visitors:
            last = 0
            for client_id, message_id, seq in visitor.acknowledged:
                self.report.acknowledged += 1
                found = kept.pop(client_id, [])
                if [(row.id, row.seq) for row in found] != [(message_id, seq)]:
                    self._fault(f"{client_id} was acknowledged as {message_id}, kept as {[row.id for row in found]}")
                if seq <= last:
                    self._fault(f"{client_id} is out of order")
                last = seq
        for client_id, found in kept.items():
            if len(found) != 1:
                self._fault(f"{client_id} is there {len(found)} times")

    def _check_telegram(self, fake: FakeTelegram, token: str, rows: list[Any]) -> None:
        said: dict[int, list[str]] = defaultdict(list)
        seen: list[str] = []
        for entry in telegram.ledger(fake):
            if entry["what"] == "said" and entry["who"] == "customer":
                said[entry["chat"]].append(entry["text"])
            elif entry["what"] == "said":
                seen.append(entry["text"])
        self._check_incoming(said, rows)
        self._check_outgoing(seen)
        violations = telegram.state(fake, token)["violations"]
        if violations:
            self._fault(f"Telegram's rules were broken: {violations[:3]}")

    def _check_incoming(self, said: dict[int, list[str]], rows: list[Any]) -> None:
        kept: dict[int, list[str]] = defaultdict(list)
        for row in rows:
            if row.author == "customer" and re.fullmatch(r"t\d+", row.text):
                kept[row.thread_id].append(row.text)
        if sorted(said.values()) != sorted(kept.values()):
            there = Counter(itertools.chain(*kept.values()))
            wanted = Counter(itertools.chain(*said.values()))
            self._fault(
                f"from Telegram lost {list(wanted - there)[:5]}, doubled {list(there - wanted)[:5]} or reordered"
            )

    def _check_outgoing(self, seen: list[str]) -> None:
        """Sent ones arrived exactly once; unknown ones at the most once; nothing that nobody sent."""
        states: dict[str, str] = {}
        for row in self._rows(
            "SELECT m.text, m.author, d.state FROM deliveries d JOIN messages m ON m.id = d.message_id"
        ):
            if row.author == "operator":
                states[row.text] = row.state
        arrived = Counter(each for each in seen if each.startswith("answer "))
        self.report.to_telegram = sum(arrived.values())
        for words, state in states.items():
            count = arrived.pop(words, 0)
            self.report.unknown += state == "unknown"
            if count > 1 or (state == "sent" and count != 1) or (state == "failed" and count):
                self._fault(f"{words!r} is {state} and was seen {count} times")
            if state in ("queued", "sending"):
                self._fault(f"{words!r} was left {state}")
        if arrived:
            self._fault(f"seen and never sent: {list(arrived)[:5]}")

    def _check_sockets(self, rows: list[Any]) -> None:
        shown: dict[int, int] = {}
        for each in self.operators:
            for message_id, message in each.shown.items():
                shown[message_id] = message["seq"]
        kept = {row.id: row.seq for row in rows}
        if missing := kept.keys() - shown.keys():
            self._fault(f"{len(missing)} messages were shown to nobody, as {sorted(missing)[:5]}")
        if strange := shown.keys() - kept.keys():
            self._fault(f"{len(strange)} messages were shown that do not exist")
        for each in self.operators:
            for client_id, message_id in each.acknowledged.items():
                if message_id not in kept:
                    self._fault(f"{client_id} was acknowledged and is gone")
        answers = Counter(row.dedupe for row in rows if row.author == "operator")
        if doubled := [each for each, count in answers.items() if count > 1]:
            self._fault(f"answers are there twice: {doubled[:5]}")

    def _check_invariants(self) -> None:
        checks: dict[str, str] = {
            "threads with two open conversations": (
                "SELECT thread_id FROM conversations WHERE state <> 'closed' GROUP BY thread_id HAVING count(*) > 1"
            ),
            "gaps in a thread": (
                "SELECT thread_id FROM messages GROUP BY thread_id HAVING max(seq) <> count(*) OR min(seq) <> 1"
            ),
            "conversations held and waiting at once": (
                "SELECT id FROM conversations WHERE state IN ('waiting', 'offered') AND operator_id IS NOT NULL"
                " OR state = 'active' AND operator_id IS NULL"
            ),
            "counters that differ from a recount": (
                "SELECT s.user_id FROM seats s WHERE s.counted <> (SELECT count(*) FROM conversations c"
                " WHERE c.line_id = s.line_id AND (c.state = 'offered' AND c.offered_to = s.user_id OR"
                " c.state = 'active' AND c.awaiting = 'operator' AND c.snoozed_until IS NULL"
                " AND c.operator_id = s.user_id))"
            ),
            "messages without an event": (
                "SELECT id FROM messages m WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.message_id = m.id)"
            ),
        }
        for words, query in checks.items():
            if found := self._rows(query):
                self._fault(f"{words}: {[row[0] for row in found[:5]]}")


async def campaign(
    folder: Path, database: str, *, each_place: int, random_kills: int, progress: Callable[[str], None], seed: int = 1
) -> Report:
    progress(
        f"{'postgresql' if database else 'sqlite'}: {each_place} × {len(PLACES)} places, {random_kills} at random …"
    )
    rounds = dict.fromkeys(PLACES, each_place)
    report = await Campaign(folder, database, seed=seed).run(rounds=rounds, random_kills=random_kills, pause=(0.3, 2.0))
    progress(report.words())
    for fault in report.faults:
        progress(f"  FAULT {fault}")
    return report
