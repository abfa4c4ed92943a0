"""How a text of a line's settings looks on its channels, while somebody writes it."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import post
from litestar.params import FromPath, JSONBody

from openlines.api.guard import LOOKS_AT_SETTINGS
from openlines.api.staff.common import TheActor, TheEdge, harmless
from openlines.core.line import LANGUAGES, InactivityButton, Problem
from openlines.core.line_problems import BUTTONS_MOST, CAPTION_LIMIT, TEXT_LIMIT, URL_LIMIT
from openlines.services import previews
from openlines.services.errors import Invalid

# A text under work may be longer than it may be saved: that is shown, too.
_LONG = 4 * TEXT_LIMIT
Texts = dict[str, str]
Name = Literal[
    "greeting",
    "off_hours_text",
    "collected_text",
    "no_answer_text",
    "close_text",
    "auto_close_text",
    "place_text",
    "consent_text",
    "rating_question",
    "rating_thanks_good",
    "rating_thanks_bad",
    "rating_question_2",
    "rating_thanks_good_2",
    "rating_thanks_bad_2",
    "inactivity",
    "inactivity_reply",
]


class DraftButton(msgspec.Struct, forbid_unknown_fields=True):
    action: Literal["close", "continue", "new"]
    caption: Texts
    reply: Texts = {}


class DraftText(msgspec.Struct, forbid_unknown_fields=True):
    """A text as it stands in the form, by language; `buttons` of an inactivity message."""

    name: Name
    texts: Texts
    buttons: Annotated[list[DraftButton], msgspec.Meta(max_length=BUTTONS_MOST)] = []
    rating: Literal["off", "like", "stars"] = "like"
    consent_kind: Literal["notice", "agree"] = "notice"
    consent_url: Annotated[str, msgspec.Meta(max_length=URL_LIMIT)] = ""


class ShownBubble(msgspec.Struct, omit_defaults=True):
    text: str
    buttons: list[list[str]] = []


class ShownText(msgspec.Struct, omit_defaults=True):
    """One text on one channel. `length` of `limit`, counted as the channel counts (`unit`); without bubbles nothing
    is sent. `empty`: placeholders that have no value when this text is said."""

    language: str
    kind: str
    bubbles: list[ShownBubble]
    channel_id: int | None = None
    channel: str = ""
    rating: str = ""
    length: int = 0
    limit: int = 0
    unit: str = "chars"
    empty: list[str] = []


class ShownTexts(msgspec.Struct):
    items: list[ShownText]


@post(
    "/lines/{line_id:int}/previews",
    opt=LOOKS_AT_SETTINGS,
    tags=["lines"],
    summary="How a text looks on each channel of the line, in each language",
    status_code=200,
)
async def preview_text(edge: TheEdge, actor: TheActor, line_id: FromPath[int], data: JSONBody[DraftText]) -> ShownTexts:
    """Nothing is saved; the values of placeholders are the line's where it has them, else examples."""
    draft = previews.Draft(
        data.name,
        _texts("texts", data.texts, _LONG),
        [
            InactivityButton(each.action, _texts(f"buttons.{place}.caption", each.caption, 4 * CAPTION_LIMIT))
            for place, each in enumerate(data.buttons)
        ],
        data.rating,
        data.consent_kind,
        harmless(data.consent_url),
    )
    found = await edge.store.read(previews.previews, actor, line_id, draft)
    return ShownTexts([_out(each) for each in found])


def _texts(path: str, texts: Texts, most: int) -> dict[str, str]:
    problems = [
        Problem(f"{path}.{language}", "unknown_language", {"known": LANGUAGES})
        for language in texts
        if language not in LANGUAGES
    ]
    problems += [
        Problem(f"{path}.{language}", "too_long", {"most": most})
        for language, text in texts.items()
        if len(text) > most
    ]
    if problems:
        raise Invalid(problems)
    return {language: harmless(text) for language, text in texts.items()}


def _out(found: previews.Preview) -> ShownText:
    plain: dict[str, Any] = found._asdict()
    bubbles = [ShownBubble(each.text, [list(row) for row in each.buttons]) for each in found.bubbles]
    return ShownText(**{**plain, "bubbles": bubbles, "empty": list(found.empty)})


HANDLERS = [preview_text]
