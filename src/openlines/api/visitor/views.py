"""What a visitor's window gets: the settings of the chat, and the visitor's own session."""

from typing import Any

from openlines.api.visitor.sites import KnownSite
from openlines.api.words import choose_language
from openlines.core.line import SECOND
from openlines.realtime.queue_places import shown_place
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
    answer: dict[str, Any] = {
        "name": site.line_name,
        "language": chosen,
        "texts": settings.get(f"texts_{chosen}") or {},
        "colors": {"accent": settings.get("accent", "")},
        "position": settings.get("position", "right"),
        "radius": int(settings.get("radius", "16")),
        "online": site.on and site.open(now) and (somebody or not rules.check_availability),
        "hours": _hours(site, now),
        "operators": [_face(each) for each in people] if settings.get("faces", True) else [],
        "rating": None if rules.rating == "off" else {"scale": rules.rating, "any_time": rules.rating_before_finish},
        "asks": site.asks,
        "file_limit": limit,
        "sound": bool(settings.get("sound", True)),
        "languages": ["ru", "en"],
        "typing_text": rules.see_typing,
        "ask_contact": _ask_contact(site, now),
    }
    if site.sends_transcripts:
        answer["transcript"] = True
    # A text: words on the button.
    answer["bubble"] = bool(settings.get("bubble", True)) and (settings.get(f"bubble_{chosen}") or True)
    greeting = settings.get(f"greeting_{chosen}")
    if greeting:
        answer["greeting_bubble"] = greeting
    pages = _pages(settings, chosen)
    if pages:
        answer["pages"] = pages
    return answer


def _pages(settings: dict[str, Any], language: str) -> dict[str, Any]:
    """What differs from page to page: where there is no button, and who is invited where; the chat's window decides."""
    invitations = [
        {"page": each["page"], "after": each["after"], "who": each["who"], "text": each[language]}
        for each in settings.get("invitations") or ()
        if each.get(language)
    ]
    hidden = settings.get("hidden_on") or []
    return {"hidden": hidden, "invitations": invitations} if hidden or invitations else {}


def _hours(site: KnownSite, now: int) -> dict[str, Any]:
    """Whether the chat is shown, when the line opens, and for how many seconds all this stays true.

    `changes_in` counts from the answer, so that a visitor's own clock may be wrong.
    """
    hours: dict[str, Any] = {"shown": site.shown(now), "open": site.open(now)}
    opens_at, changes_at = site.opens_at(now), site.changes_at(now)
    if opens_at is not None:
        hours["opens_at"] = stamp(opens_at)
    if changes_at is not None:
        hours["changes_in"] = -((now - changes_at) // SECOND)
    return hours


def _ask_contact(site: KnownSite, now: int) -> str:
    """Whether the chat offers to take a name and an e-mail: not where the line's form asks for them already."""
    if site.rules.form != "off" and any(each.kind in {"name", "email", "phone"} for each in site.rules.form_fields):
        return "none"
    return "optional" if _collects(site, now) else str(site.settings.get("ask_contact", "optional"))


def _collects(site: KnownSite, now: int) -> bool:
    """Off hours the line takes contacts: then the chat asks for one, whatever it does otherwise."""
    return site.rules.hours_on and site.rules.off_hours == "collect" and not site.open(now)


def _face(face: Face) -> dict[str, Any]:
    return {"name": face.name, "photo": face.photo} if face.photo else {"name": face.name}


def session_view(token: str, card: Card) -> dict[str, Any]:
    """The visitor as he was left: his words, what he has not seen, who talks to him."""
    answer: dict[str, Any] = {
        "token": token,
        "last_seq": card.last_seq,
        "messages": [visitor_message(row, card.people, card.language) for row in card.messages],
        "unread": card.unread,
        "read_by_staff": card.read_by_staff,
    }
    if card.thread is not None:
        answer["thread_id"] = card.thread.id
        answer["delivered"] = card.thread.delivered_seq
    if card.customer is not None:
        answer |= {name: value for name in ("name", "email") if (value := getattr(card.customer, name))}
    if card.conversation is not None:
        answer["conversation"] = visitor_conversation(card.conversation, card.people, card.language)
    if card.place is not None:
        answer["place"] = shown_place(card.place)
    return answer
