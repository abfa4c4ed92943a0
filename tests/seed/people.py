"""The people of a test: what they do is a request, what they know is what their sockets told them."""

import json
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from tests.api.asgi_client import Answer, Browser, Socket
from tests.realtime.world import World

Row = dict[str, Any]


class House(Protocol):
    """What people need of the portal they are in."""

    def run(self, work: Coroutine[Any, Any, Any]) -> Any: ...

    def settle(self) -> None: ...


class Refused(AssertionError):
    """An answer that a test did not ask to be refused."""

    def __init__(self, method: str, path: str, answer: Answer) -> None:
        super().__init__(f"{method} {path}: {answer.status} {answer.body.decode()[:2000]}")


class Listener:
    """A socket and how much of what it was told has been read."""

    def __init__(self, house: House, socket: Socket, hello: Row) -> None:
        self._house = house
        self._socket = socket
        self._read = 0
        house.run(socket.__aenter__())
        socket.say(hello)
        house.settle()

    def frames(self) -> list[Row]:
        """What has come since the last time."""
        told = self._socket.told[self._read :]
        self._read += len(told)
        return [json.loads(each) for each in told]

    def close(self) -> None:
        self._house.run(self._socket.__aexit__())


class Person:
    """Anybody with a browser."""

    def __init__(self, house: House, browser: Browser) -> None:
        self.house = house
        self.browser = browser

    def try_(self, method: str, path: str, value: Any = None) -> Answer:
        """One request, whatever comes of it; what it sets in motion has come to rest afterwards."""
        answer: Answer = self.house.run(self.browser.ask(method, f"/api/v1{path}", value))
        if method != "GET":
            self.house.settle()
        return answer

    def ask(self, method: str, path: str, value: Any = None) -> Any:
        answer = self.try_(method, path, value)
        if answer.status >= 400:
            raise Refused(method, path, answer)
        return answer.json


class Operator(Person):
    """A member of staff; available as long as his workspace is open."""

    def __init__(self, house: House, browser: Browser, name: str, id_: int) -> None:
        super().__init__(house, browser)
        self.name = name
        self.id = id_
        self._said = 0
        self._stale: set[str] = set()
        self._world: World | None = None
        self._listener: Listener | None = None

    # --- being there ----------------------------------------------------------------------------------------

    def comes(self) -> "Operator":
        """Opens the workspace: a snapshot, and a socket that goes on from it."""
        world = self._world = World(self.ask("GET", "/snapshot"))
        hello = {"type": "subscribe", "cursor": world.cursor, "epoch": world.epoch, "threads": [], "lists": ["all"]}
        self._listener = Listener(self.house, self.browser.socket(), hello)
        return self

    def goes(self) -> None:
        """Closes the workspace; the grace begins."""
        assert self._listener is not None
        self._listener.close()
        self.house.settle()

    def is_now(self, state: str) -> None:
        """online, pause or offline, as he says himself."""
        self.ask("PUT", "/me/presence", {"state": state, "reason": ""})

    # --- what he knows --------------------------------------------------------------------------------------

    @property
    def world(self) -> World:
        assert self._world is not None, f"{self.name} has not opened the workspace"
        if self._listener is not None:
            for frame in self._listener.frames():
                if frame["type"] == "reset":  # his rights or his lines have changed: a client begins again
                    self._listener.close()
                    self.comes()
                    return self.world
                if frame["type"] == "changes":
                    self._world.apply(frame)
                    self._stale |= set(frame.get("stale", ()))
        return self._world

    @property
    def offers(self) -> list[int]:
        """Conversations that ring at him, by number."""
        found = []
        for row in self.world.in_front().values():
            personal = row.get("offered_to") == self.id
            common = row.get("offer") == "everyone" and not row.get("declined") and row.get("offered_to") is None
            if row["state"] == "offered" and (personal or common):
                found.append(row["id"])
        return sorted(found)

    @property
    def holds(self) -> list[int]:
        """Conversations that are his and open."""
        rows = self.world.rows.values()
        return sorted(e["id"] for e in rows if e.get("operator_id") == self.id and e["state"] in {"active", "closing"})

    def sees(self, conversation: int) -> Row:
        """A conversation as his lists show it; empty when it is not in them."""
        return self.world.rows.get(conversation, {})

    def heard_of(self, what: str) -> bool:
        """Whether his socket has said since the last time that this is to be looked at anew."""
        self.sees(0)  # what has come is taken in
        heard = what in self._stale
        self._stale.discard(what)
        return heard

    @property
    def notices(self) -> list[tuple[str, int]]:
        """What the bell shows, oldest first: (kind, step)."""
        items = self.ask("GET", "/notices")["items"]
        return [(each["kind"], each.get("step", 0)) for each in reversed(items)]

    # --- what he does ---------------------------------------------------------------------------------------

    def acts(self, action: str, conversation: int, **values: Any) -> Any:
        return self.ask("POST", f"/conversations/{conversation}/{action}", values)

    def accepts(self, conversation: int) -> None:
        self.acts("accept", conversation)

    def declines(self, conversation: int) -> None:
        self.acts("decline", conversation)

    def replies(self, conversation: int, text: str = "Good day", **more: Any) -> Row:
        self._said += 1
        row: Row = self.acts("messages", conversation, client_message_id=f"{self.id}-{self._said}", text=text, **more)
        return row

    def finishes(self, conversation: int, **more: Any) -> None:
        self.acts("finish", conversation, **more)

    def details(self, conversation: int) -> Row:
        row: Row = self.ask("GET", f"/conversations/{conversation}")
        return row

    def messages(self, conversation: int) -> list[Row]:
        """Everything in its thread, facts and notes too."""
        thread = self.details(conversation)["thread"]["id"]
        items: list[Row] = self.ask("GET", f"/threads/{thread}/messages?limit=100")["items"]
        return items

    def facts(self, conversation: int) -> list[Row]:
        return [each["fact"] for each in self.messages(conversation) if each["kind"] == "fact"]


class Customer(Person):
    """Somebody on the website, with the chat open."""

    def __init__(self, house: House, browser: Browser, key: str, number_of: Callable[[], int]) -> None:
        super().__init__(house, browser)
        self.base = f"/widget/{key}"
        self._number = number_of
        self._messages: dict[int, Row] = {}
        self._told: Row = {}
        opened = self.ask("POST", f"{self.base}/session", {"page": "https://bakery.example/", "language": "en"})
        browser.key = opened["token"]
        hello = {"type": "hello", "token": browser.key}
        self._listener = Listener(house, browser.socket(f"/api/v1{self.base}/socket"), hello)

    def says(self, text: str = "Hello") -> int:
        """Writes; returns the number of the conversation that the words are in."""
        value = {"client_message_id": f"m{self._number()}", "text": text}
        self.ask("POST", f"{self.base}/messages", value)
        return self.conversation

    def rates(self, value: int, **more: Any) -> Answer:
        return self.try_("POST", f"{self.base}/rating", {"value": value, **more})

    def _listen(self) -> None:
        for frame in self._listener.frames():
            if frame["type"] == "messages":
                self._messages.update({each["id"]: each for each in frame["items"]})
            elif frame["type"] == "conversation":
                self._told = frame["conversation"]

    @property
    def conversation(self) -> int:
        self._listen()
        return int(self._told["id"])

    @property
    def state(self) -> str:
        """bot, waiting, active, closing or closed, as the chat was told."""
        self._listen()
        return str(self._told.get("state", ""))

    @property
    def heard(self) -> list[Row]:
        """What was said to him, in order."""
        self._listen()
        return [each for _, each in sorted(self._messages.items()) if each["author"] != "customer"]

    @property
    def texts(self) -> list[str]:
        return [each.get("text", "") for each in self.heard]

    def config(self) -> Row:
        """What the chat asks for when it opens: is it shown, is the line open?"""
        row: Row = self.ask("GET", f"{self.base}/config")
        return row
