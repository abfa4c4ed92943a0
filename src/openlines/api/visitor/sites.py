"""Website channels by their public key, remembered until the log says that something about them has changed."""

import re
from collections import OrderedDict
from datetime import tzinfo
from typing import Any, Final

import msgspec

from openlines.channels.registry import manifest
from openlines.core import origins, schedule
from openlines.core.line import LineSettings
from openlines.services import visitors
from openlines.services.errors import NotFound
from openlines.services.line_settings import inward
from openlines.services.transcripts import SETTING as TRANSCRIPT
from openlines.services.visitor_asking import gated
from openlines.services.visitors import Site
from openlines.store import Store
from openlines.store.events import Event
from openlines.store.lines import schedule_in, settings_of

_MOST: Final = 10_000
_ABOUT: Final = ("channel.", "line.", "queue.", "presence.", "user.", "portal.")


class KnownSite(msgspec.Struct, frozen=True, gc=False):
    """What serving a visitor needs to know of a channel."""

    channel_id: int
    line_id: int
    key: str
    on: bool
    settings: dict[str, Any]
    sealed: str
    rules: LineSettings
    line_name: str
    origins: tuple[re.Pattern[str], ...]
    line_plan: schedule.Schedule
    chat_plan: schedule.Schedule
    has_mail: bool

    @property
    def gated(self) -> bool:
        """Must something be answered before a visitor's words are taken?"""
        return gated(self.rules)

    @property
    def sends_transcripts(self) -> bool:
        """May a visitor ask for his conversation by e-mail?"""
        return self.has_mail and bool(self.settings.get(TRANSCRIPT))

    @property
    def asks(self) -> bool:
        """Are visitors asked for their consent, or to fill in a form?"""
        return self.rules.form != "off" or gated(self.rules)

    def allows(self, origin: str) -> bool:
        """May a page of this origin carry the chat? Without a list any may."""
        return not self.origins or any(each.fullmatch(origin.lower()) for each in self.origins)

    def shown(self, now: int) -> bool:
        """Do the chat's hours show it now? Decided here, in the zone of the owner, right across DST."""
        return not self.settings.get("only_in_hours") or schedule.is_open(self.chat_plan, now)

    def shows_at(self, now: int) -> int | None:
        """When the chat's hours show it next; None while they do, or when they never will."""
        return None if self.shown(now) else schedule.next_open(self.chat_plan, now)

    def hours_zone(self) -> tzinfo:
        """The zone in which the chat's hours are meant."""
        return self.chat_plan.zone

    def open(self, now: int) -> bool:
        """Does the line work now?"""
        return schedule.is_open(self.line_plan, now)

    def opens_at(self, now: int) -> int | None:
        """When the line opens next; None while it is open or when it never does."""
        return None if self.open(now) else schedule.next_open(self.line_plan, now)

    def changes_at(self, now: int) -> int | None:
        """Until when what is said of the hours now stays true; None: as long as nobody changes the settings."""
        plans = [self.line_plan, self.chat_plan] if self.settings.get("only_in_hours") else [self.line_plan]
        moments = [
            schedule.closes_at(plan, now) if schedule.is_open(plan, now) else schedule.next_open(plan, now)
            for plan in plans
        ]
        return min((each for each in moments if each is not None), default=None)


def _chat_plan(settings: dict[str, Any], line_plan: schedule.Schedule, portal_zone: str) -> schedule.Schedule:
    """When the chat is there: in the line's working time, or in hours of its own."""
    if settings.get("hours_of") == "line":
        return line_plan
    hours = settings.get("hours")
    if not hours:
        return schedule.ALWAYS
    plain = {"hours_on": True, "week": hours["week"], "exceptions": hours.get("exceptions", [])}
    own = msgspec.convert(inward(plain), LineSettings)
    return schedule.schedule_of(own, hours.get("time_zone") or portal_zone)


def _known(site: Site) -> KnownSite:
    defaults = {each.name: each.default for each in manifest(site.channel.kind).fields if each.type != "secret"}
    settings = {**defaults, **msgspec.json.decode(site.channel.settings)}
    line_plan = schedule_in(site.line.settings)
    return KnownSite(
        channel_id=site.channel.id,
        line_id=site.line.id,
        key=site.channel.key,
        on=bool(site.channel.active and site.line.active),
        settings=settings,
        sealed=site.channel.secrets,
        rules=settings_of(site.line.settings),
        line_name=site.line.name,
        origins=tuple(origins.pattern(each) for each in settings.get("allowed_origins") or ()),
        line_plan=line_plan,
        chat_plan=_chat_plan(settings, line_plan, site.portal_zone),
        has_mail=site.has_mail,
    )


class Sites:
    """Finds and remembers sites. `watch` is given to the hub."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: OrderedDict[str, KnownSite] = OrderedDict()

    def watch(self, events: list[Event]) -> None:
        if not events or any(each.kind.startswith(_ABOUT) for each in events):
            self._known.clear()

    async def find(self, key: str) -> KnownSite:
        """Raises `NotFound`."""
        known = self._known.get(key)
        if known is not None:
            return known
        found = await self._store.read(visitors.site, key) if 0 < len(key) <= 64 else None
        if found is None or manifest(found.channel.kind).capabilities.pushes:
            raise NotFound("channel")
        known = self._known[key] = _known(found)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        return known
