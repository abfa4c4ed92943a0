"""A colleague's socket: who he is, what he may see, what he has on his screen."""

from openlines.realtime.sockets import Socket, Wire
from openlines.services.access import Actor, Sight


class StaffSession(Socket):
    """`live` once it follows the log; until then what comes is `held` back, behind what it missed."""

    __slots__ = (
        "actor",
        "cursor",
        "held",
        "key",
        "language",
        "lists",
        "live",
        "session_id",
        "sight",
        "threads",
        "token_id",
        "writes",
    )

    def __init__(
        self,
        wire: Wire,
        actor: Actor,
        sight: Sight,
        *,
        language: str,
        key: str,
        session_id: int = 0,
        token_id: int = 0,
        writes: bool = True,
    ) -> None:
        super().__init__(wire)
        self.actor = actor
        self.sight = sight
        self.language = language
        self.key = key  # hash of the cookie or token, to look again whether it is still good
        self.session_id = session_id
        self.token_id = token_id
        self.writes = writes  # a key that may only read says nothing either
        self.cursor = 0  # of the last frame pushed
        self.live = False
        self.held: list[str] = []
        self.threads: set[int] = set()
        self.lists: frozenset[str] = frozenset()

    def speaks(self, language: str) -> None:
        """The user has chosen his language anew; a program keeps the one it asked for."""
        if self.session_id:
            self.language = language

    def tell(self, frame: str, cursor: int) -> None:
        """Push changes, or hold them back until what was missed has gone out."""
        if self.live:
            self.cursor = cursor
            self.push(frame)
        else:
            self.held.append(frame)

    def go_live(self, cursor: int) -> None:
        """What was missed is out; now what came meanwhile."""
        self.live = True
        self.cursor = cursor
        for frame in self.held:
            self.push(frame)
        self.held.clear()
