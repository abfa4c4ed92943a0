"""A colleague's socket: who he is, what he may see, what he has on his screen."""

from openlines.realtime.sign_ins import SignIn
from openlines.realtime.sockets import MOST_FRAMES, TOO_SLOW, Socket, Wire
from openlines.services.access import Actor, Sight


class StaffSession(Socket):
    """`live` once it follows the log. While what it missed is read, what comes is `held` back, to go out behind it;
    before, nothing is: the reading will bring it."""

    __slots__ = (
        "actor",
        "cursor",
        "held",
        "language",
        "led",
        "lists",
        "live",
        "resets",
        "session_id",
        "sight",
        "sign_in",
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
        sign_in: SignIn,
        token_id: int = 0,
        writes: bool = True,
    ) -> None:
        super().__init__(wire)
        self.actor = actor
        self.sight = sight
        self.language = language
        self.sign_in = sign_in  # to look again whether it is still good
        self.session_id = sign_in.session_id
        self.token_id = token_id
        self.writes = writes  # a key that may only read says nothing either
        self.cursor = 0  # of the last frame pushed
        self.live = False
        self.held: list[str] | None = None
        self.resets = 0  # how often it was told to begin anew
        self.threads: set[int] = set()
        self.led: set[int] = set()  # those of the threads that it may watch only as head of a department
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
        elif self.held is not None:
            self.held.append(frame)
            if len(self.held) > MOST_FRAMES:
                self.held = None
                self.close(TOO_SLOW)

    def go_live(self, cursor: int) -> None:
        """What was missed is out; now what came meanwhile."""
        self.live = True
        self.cursor = cursor
        held, self.held = self.held or (), None
        for frame in held:
            self.push(frame)

    def begins_anew(self) -> None:
        """It was told to: nothing goes on from where it was."""
        self.live = False
        self.held = None
        self.resets += 1
