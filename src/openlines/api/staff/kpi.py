"""The KPI page: figures by line and by operator, late answers with a way to the conversation, everything as a file."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

import msgspec
from litestar import get
from litestar.params import FromQuery, QueryParameter
from litestar.response import Stream

from openlines.api.edge import Edge
from openlines.api.guard import READS
from openlines.api.staff.common import FilterId, TheActor, TheEdge, TheLanguage
from openlines.api.staff.inbox import Limit, page_after
from openlines.api.words import word
from openlines.core.line import SECOND
from openlines.services import kpi_report
from openlines.services.access import Actor
from openlines.services.kpi_report import Asked, Group, Late, Report, held_seconds, seconds
from openlines.store import lines, users
from openlines.store.kpi import Record
from openlines.store.tx import Reader
from openlines.support.stamps import stamp, stamp_or_none

TAGS = ["statistics"]
Kind = Literal["all", "first", "further"]
Days = Annotated[int, QueryParameter(ge=1, le=kpi_report.MOST_DAYS)]
From = Annotated[str | None, QueryParameter(name="from", max_length=10)]
To = Annotated[str | None, QueryParameter(name="to", max_length=10)]


class GroupShown(msgspec.Struct, omit_defaults=True):
    """Times in seconds. `closed` ended without an answer; `owed` and `overdue` are of this moment."""

    line_id: int | None = None
    operator_id: int | None = None
    answers: int = 0
    met: int = 0
    met_percent: float | None = None
    breached: int = 0
    closed: int = 0
    average: float | None = None
    median: float | None = None
    p90: float | None = None
    longest: float | None = None
    owed: int = 0
    overdue: int = 0


class DayShown(msgspec.Struct):
    day: str
    met: int
    breached: int
    closed: int


class ReportShown(msgspec.Struct, rename={"first": "from", "last": "to"}):
    """Whole days in `zone`, the portal's. An operator without an id is the line itself: nobody held it."""

    first: str
    last: str
    zone: str
    total: GroupShown
    lines: list[GroupShown]
    operators: list[GroupShown]
    days: list[DayShown]


class HeldShown(msgspec.Struct, omit_defaults=True):
    seconds: float
    operator_id: int | None = None


class LateShown(msgspec.Struct, omit_defaults=True):
    """Times in seconds; without `answered_at` it ended without an answer or is overdue still (`running`)."""

    id: int
    conversation_id: int
    thread_id: int
    line_id: int
    kind: str
    started_at: str
    target: int
    due_at: str
    customer: str = ""
    operator_id: int | None = None
    answered_by: int | None = None
    answered_at: str | None = None
    elapsed: float | None = None
    running: bool = False
    held: list[HeldShown] = []


class LatePage(msgspec.Struct):
    items: list[LateShown]
    next: str | None


def group_shown(group: Group, *, line: bool = False) -> GroupShown:
    found = group.figures
    return GroupShown(
        line_id=group.key if line else None,
        operator_id=None if line else group.key,
        answers=found.answers,
        met=found.met,
        met_percent=found.met_percent,
        breached=found.breached,
        closed=found.closed,
        average=seconds(found.average),
        median=seconds(found.median),
        p90=seconds(found.p90),
        longest=seconds(found.longest),
        owed=group.owed,
        overdue=group.overdue,
    )


def report_shown(report: Report) -> ReportShown:
    return ReportShown(
        report.period.days[0].isoformat(),
        report.period.days[-1].isoformat(),
        report.period.zone,
        group_shown(report.total),
        [group_shown(each, line=True) for each in report.lines],
        [group_shown(each) for each in report.operators],
        [DayShown(each.day.isoformat(), each.met, each.breached, each.closed) for each in report.days],
    )


@get("/kpi", opt=READS, tags=TAGS, summary="How fast answers came: by line, by operator, by day")
async def read_kpi(  # noqa: PLR0917 - one per filter
    edge: TheEdge,
    actor: TheActor,
    from_: From = None,
    to: To = None,
    days: Days = 7,
    line_id: FilterId = None,
    kind: FromQuery[Kind] = "all",
) -> ReportShown:
    """Days are inclusive; without `from` and `to`, the last `days` with today. Operators see their own figures, heads
    of departments those of their people."""
    asked = Asked(from_, to, days, line_id, kind)
    return report_shown(await edge.store.read(kpi_report.report, actor, asked))


@get("/kpi/late", opt=READS, tags=TAGS, summary="Answers that came late or are overdue, newest first")
async def list_late(  # noqa: PLR0913, PLR0917 - one per filter
    edge: TheEdge,
    actor: TheActor,
    from_: From = None,
    to: To = None,
    days: Days = 7,
    line_id: FilterId = None,
    kind: FromQuery[Kind] = "all",
    operator_id: FilterId = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> LatePage:
    """`operator_id` 0: those that nobody held at their deadline."""
    asked = Asked(from_, to, days, line_id, kind, operator_id)
    before = page_after(cursor)

    def look(reader: Reader) -> LatePage:
        found, following = kpi_report.breaches(reader, actor, asked, before=before, limit=limit)
        items = [late_shown(each, reader.now) for each in found]
        return LatePage(items, None if following is None else str(following))

    return await edge.store.read(look)


def late_shown(late: Late, now: int) -> LateShown:
    each = late.breach
    return LateShown(
        id=each.id,
        conversation_id=each.conversation_id,
        thread_id=each.thread_id,
        line_id=each.line_id,
        kind=each.kind,
        started_at=stamp(each.started_at),
        target=each.target,
        due_at=stamp(each.due_at),
        customer=each.customer,
        operator_id=late.owner_id,
        answered_by=each.answered_by,
        answered_at=stamp_or_none(each.stopped_at if each.answered_by is not None else None),
        elapsed=seconds(each.elapsed),
        running=each.stopped_at is None,
        held=[HeldShown(round(time, 1), who) for who, time in held_seconds(each, now)],
    )


# --- as a file ----------------------------------------------------------------------------------------------

_COLUMNS: Final = (
    "conversation",
    "line",
    "kind",
    "started",
    "target",
    "due",
    "ended",
    "seconds",
    "outcome",
    "operator",
    "answered_by",
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@get("/kpi/export", opt=READS, tags=TAGS, summary="The same answers, one by one, as a CSV file")
async def export_kpi(  # noqa: PLR0917 - one per filter
    edge: TheEdge,
    actor: TheActor,
    language: TheLanguage,
    from_: From = None,
    to: To = None,
    days: Days = 7,
    line_id: FilterId = None,
    kind: FromQuery[Kind] = "all",
) -> Stream:
    """Times in the portal's zone, lengths in seconds; UTF-8 with a mark, as spreadsheets like it."""
    asked = Asked(from_, to, days, line_id, kind)
    period = await edge.store.read(kpi_report.report_period, asked)
    name = f"kpi-{period.days[0]}-{period.days[-1]}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    rows = _rows(edge, actor, asked, language, ZoneInfo(period.zone))
    return Stream(rows, headers=headers, media_type="text/csv")


async def _rows(edge: Edge, actor: Actor, asked: Asked, language: str, zone: ZoneInfo) -> AsyncIterator[bytes]:
    names = await edge.store.read(_names)
    separator = ";" if language == "ru" else ","
    yield "\ufeff".encode() + _lines([[word(each, {}, language, area="kpi") for each in _COLUMNS]], separator)
    after = 0
    while True:
        page = await edge.store.read(kpi_report.exported, actor, asked, after)
        if not page:
            return
        yield _lines([_cells(each, names, language, zone) for each in page], separator)
        after = page[-1].id


Names = tuple[dict[int, str], dict[int, str]]


def _names(reader: Reader) -> Names:
    return {row.id: row.name for row in lines.every(reader)}, {row.id: row.name for row in users.all_users(reader)}


def _cells(record: Record, names: Names, language: str, zone: ZoneInfo) -> list[str]:
    line_names, people = names
    elapsed = seconds(record.elapsed)
    number = "" if elapsed is None else str(elapsed)
    return [
        str(record.conversation_id),
        _harmless(line_names.get(record.line_id, "")),
        word(record.kind, {}, language, area="kpi"),
        _local(record.started_at, zone),
        str(record.target),
        _local(record.due_at, zone),
        "" if record.stopped_at is None else _local(record.stopped_at, zone),
        number.replace(".", ",") if language == "ru" else number,
        word(record.outcome or "running", {}, language, area="kpi"),
        _harmless(people.get(record.holder_id or 0, "")),
        _harmless(people.get(record.answered_by or 0, "")),
    ]


def _local(at: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at // SECOND, zone).strftime("%Y-%m-%d %H:%M:%S")


def _harmless(text: str) -> str:
    """A name that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _lines(rows: list[list[str]], separator: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


HANDLERS = [read_kpi, list_late, export_kpi]
