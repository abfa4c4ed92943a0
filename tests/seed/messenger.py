"""A customer in a messenger: he writes to a bot of a stand-in for Telegram that the portal is connected to."""

from types import TracebackType
from typing import Self

from tests.fakes.telegram import FakeTelegram
from tests.seed.portal import Portal


class Messenger:
    """Use it as a context: the stand-in runs as long as the block."""

    def __init__(self, house: Portal) -> None:
        self._house = house
        self._fake = FakeTelegram()

    def __enter__(self) -> Self:
        self._house.run(self._fake.__aenter__())
        self._bot = self._fake.world.add_bot()
        self._person = self._fake.world.person(7, first_name="Marina", language="en")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._house.run(self._fake.__aexit__(kind, value, trace))

    def connect(self, line: int) -> None:
        """A channel of this line, in working order."""
        value = {
            "line_id": line,
            "kind": "telegram",
            "name": "Bot",
            "settings": {"base_url": self._fake.base},
            "secrets": {"token": self._bot.token},
        }
        channel = self._house.chief.ask("POST", "/channels", value)["id"]
        self._house.wait_for(lambda: self._house.chief.ask("GET", f"/channels/{channel}")["state"] == "ok")

    def says(self, text: str) -> None:
        self._fake.people.say(self._bot, self._person, text)

    @property
    def texts(self) -> list[str]:
        """What the bot said to him."""
        chat = self._bot.chats.get(self._person.id)
        found = [] if chat is None else [chat.messages[each] for each in sorted(chat.messages)]
        return [each.text for each in found if each.author == "bot"]
