"""What would happen now: the walk-through of a customer who writes, also by settings that nobody has saved yet."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from litestar import post
from litestar.params import FromPath, JSONBody

from openlines.api.guard import LOOKS_AT_SETTINGS
from openlines.api.staff.common import MOST, Number, TheActor, TheEdge, TheLanguage, harmless, when
from openlines.api.staff.lines import QueueMember, members_in
from openlines.realtime.shapes import at_the_edge
from openlines.services import forecast as service
from openlines.services.forecast import Asked
from openlines.services.forecast_past import Customer
from openlines.services.forecast_steps import Part, Step
from openlines.support.stamps import stamp, stamp_or_none
from openlines.support.tolerant import clean

TAGS = ["lines"]


class CustomerInput(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`returning`: he was here `ago` seconds ago, with that operator where one is named."""

    returning: bool = False
    operator_id: Number | None = None
    ago: Annotated[int, msgspec.Meta(ge=0, le=MOST // 10**6)] = 86_400
    name: Annotated[str, msgspec.Meta(max_length=255)] = ""
    language: Literal["ru", "en"] | None = None  # none: the asker's


class ForecastInput(msgspec.Struct, forbid_unknown_fields=True):
    """Without `at` it is this moment. `everybody`: as if all people were there with nothing in hand.

    `settings`, `members` and `active` are tried without being saved; of `settings` only what is named.
    """

    channel_id: Number | None = None
    at: str | None = None
    everybody: bool = False
    customer: CustomerInput = msgspec.field(default_factory=CustomerInput)
    settings: dict[str, Any] | None = None
    members: list[QueueMember] | None = None
    active: bool | None = None


class SkippedOne(msgspec.Struct):
    user_id: int
    code: str


class Explanation(msgspec.Struct, omit_defaults=True):
    """Why, as a code; of an offer also who was passed over and why, and how many more, by reason."""

    code: str
    params: dict[str, Any] = {}
    skipped: list[SkippedOne] = []
    rest: dict[str, int] = {}


class ForecastStep(msgspec.Struct, omit_defaults=True):
    """`after` in seconds since the part began; `text` is what the customer reads, `buttons` what he may press."""

    at: str
    after: float
    kind: str
    code: str
    params: dict[str, Any] = {}
    text: str = ""
    buttons: list[str] = []
    why: Explanation | None = None


class ForecastPart(msgspec.Struct, omit_defaults=True):
    """One course of events. `ended`: closed; again (it repeats for ever); waits (for people); later; long."""

    name: Literal["nobody", "silent", "finished"]
    since: str
    ended: str
    steps: list[ForecastStep]
    operator_id: int | None = None
    whole: bool = False


class ForecastAnswer(msgspec.Struct):
    """`time_zone`: the clock of the line, on which its people read these instants."""

    at: str
    time_zone: str
    kind: str
    channel_id: int | None
    open: bool
    changes_at: str | None
    active: bool
    automatic: bool
    ahead: int
    reopened: bool
    parts: list[ForecastPart]


def _asked(data: ForecastInput, language: str) -> Asked:
    given = data.customer
    customer = Customer(given.returning, given.operator_id, given.ago, harmless(given.name), given.language or language)
    return Asked(
        channel_id=data.channel_id,
        at=when("at", data.at),
        everybody=data.everybody,
        customer=customer,
        settings=clean(data.settings) if data.settings else None,
        members=None if data.members is None else members_in(data.members),
        active=data.active,
    )


def _why(why: Mapping[str, Any] | None) -> Explanation | None:
    if why is None:
        return None
    return Explanation(
        why["code"],
        at_the_edge(why.get("params") or {}),
        [SkippedOne(*each) for each in why.get("skipped", ())],
        dict(why.get("rest", {})),
    )


def _step(step: Step, since: int) -> ForecastStep:
    return ForecastStep(
        at=stamp(step.at),
        after=(step.at - since) / 1_000_000,
        kind=step.kind,
        code=step.code,
        params=at_the_edge(step.params),
        text=step.text,
        buttons=[each["text"] for each in step.data.get("buttons", ())],
        why=_why(step.why),
    )


def _part(part: Part) -> ForecastPart:
    return ForecastPart(
        name=part.name,
        since=stamp(part.since),
        ended=part.ended,
        steps=[_step(each, part.since) for each in part.steps],
        operator_id=part.operator_id,
        whole=part.whole,
    )


@post(
    "/lines/{line_id:int}/forecast",
    opt=LOOKS_AT_SETTINGS,
    tags=TAGS,
    status_code=200,
    summary="What would happen to a customer who writes now",
)
async def foretell(
    edge: TheEdge,
    actor: TheActor,
    language: TheLanguage,
    line_id: FromPath[int],
    data: JSONBody[ForecastInput],
) -> ForecastAnswer:
    """Computed by the functions that run the line, on what is stored now; nothing is written."""
    found = await edge.store.read(service.forecast, actor, line_id, _asked(data, language))
    return ForecastAnswer(
        at=stamp(found.at),
        time_zone=found.time_zone,
        kind=found.kind,
        channel_id=found.channel_id,
        open=found.open,
        changes_at=stamp_or_none(found.changes_at),
        active=found.active,
        automatic=found.automatic,
        ahead=found.ahead,
        reopened=found.reopened,
        parts=[_part(each) for each in found.parts],
    )


HANDLERS = [foretell]
