"""The saved states of a line: who, when, what. To restore one is to save its values again."""

from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.params import FromPath, QueryParameter

from openlines.api.guard import LOOKS_AT_SETTINGS
from openlines.api.staff.common import MOST, TheActor, TheEdge
from openlines.api.staff.lines import Looks, OperatorFace, QueueMember
from openlines.services.line_settings import shown_settings
from openlines.services.line_versions import Kept, history
from openlines.store.faces import OwnFace
from openlines.store.lines import settings_of
from openlines.support.stamps import stamp

TAGS = ["lines"]


class LineVersion(msgspec.Struct, omit_defaults=True):
    """A line as it was saved; without `by` it was the house itself. A state from before faces and looks were kept
    says nothing of them."""

    version: int
    at: str
    name: str
    settings: dict[str, Any]
    members: list[QueueMember]
    active: bool = False
    by: str = ""
    faces: list[OperatorFace] | None = None
    looks: Looks | None = None


class LineVersions(msgspec.Struct):
    items: list[LineVersion]
    next: int | None


def _face(kept: OwnFace) -> OperatorFace:
    return OperatorFace(kept.user_id, kept.name, kept.photo or "")


def _shown(kept: Kept) -> LineVersion:
    saved = kept.saved
    return LineVersion(
        version=saved.version,
        at=stamp(saved.at),
        name=saved.name,
        settings=shown_settings(settings_of(saved.settings)),
        members=[QueueMember(each.user_id, each.department_id, bool(each.with_head)) for each in kept.members],
        active=bool(saved.active),
        by=kept.by,
        faces=None if kept.faces is None else [_face(each) for each in kept.faces],
        looks=kept.looks,
    )


@get("/lines/{line_id:int}/versions", opt=LOOKS_AT_SETTINGS, tags=TAGS, summary="The saved states of a line")
async def list_versions(
    edge: TheEdge,
    actor: TheActor,
    line_id: FromPath[int],
    before: Annotated[int | None, QueryParameter(ge=0, le=MOST)] = None,
) -> LineVersions:
    """Newest first; `next` is `before` for the page after it."""
    found, more = await edge.store.read(history, actor, line_id, before)
    return LineVersions([_shown(each) for each in found], more)


HANDLERS = [list_versions]
