"""What a visitor's window gets: the settings of the chat, and the visitor's own session."""

from typing import Any

from openlines.api.visitor.sites import KnownSite
from openlines.api.words import choose_language
from openlines.realtime.visitors import visitor_conversation, visitor_message
from openlines.services.faces import Face
from openlines.services.visitors import Card
from openlines.support.stamps import stamp


def config(
    site: KnownSite, language: str, people: list[Face], *, somebody: bool, now: int, limit: int
) -> dict[str, Any]:
    """Colours, words, hours and faces, as the owner chose them."""
    settings, rules = site.settings, site.rules
    chosen = choose_language(language)
    opens_at = site.opens_at(now)
    hours: dict[str, Any] = {"shown": site.shown(now)}
    if opens_at is not None:
        hours["opens_at"] = stamp(opens_at)
    answer: dict[str, Any] = {
        "name": site.line_name,
        "language": chosen,
        "texts": settings.get(f"texts_{chosen}") or {},
        "colors": {"accent": settings.get("accent", "")},
        "position": settings.get("position", "right"),
        "radius": int(settings.get("radius", "16")),
        "online": site.on and opens_at is None and (somebody or not rules.check_availability),
        "hours": hours,
        "operators": [_face(each) for each in people],
        "rating": None if rules.rating == "off" else {"scale": rules.rating, "any_time": rules.rating_before_finish},
        "asks": site.asks,
        "file_limit": limit,
        "languages": ["ru", "en"],
        "typing_text": rules.see_typing,
        "ask_contact": settings.get("ask_contact", "optional"),
    }
    # A text: words on the button.
    answer["bubble"] = bool(settings.get("bubble", True)) and (settings.get(f"bubble_{chosen}") or True)
    greeting = settings.get(f"greeting_{chosen}")
    if greeting:
        answer["greeting_bubble"] = greeting
    return answer


def _face(face: Face) -> dict[str, Any]:
    return {"name": face.name, "photo": face.photo} if face.photo else {"name": face.name}


def session_view(token: str, card: Card) -> dict[str, Any]:
    """The visitor as he was left: his words, what he has not seen, who talks to him."""
    answer: dict[str, Any] = {
        "token": token,
        "last_seq": card.last_seq,
        "messages": [visitor_message(row, card.people, card.language) for row in card.messages],
        "unread": card.unread,
    }
    if card.thread is not None:
        answer["thread_id"] = card.thread.id
        answer["delivered"] = card.thread.delivered_seq
    if card.customer is not None:
        answer |= {name: value for name in ("name", "email") if (value := getattr(card.customer, name))}
    if card.conversation is not None:
        answer["conversation"] = visitor_conversation(card.conversation, card.people, card.language)
    return answer
