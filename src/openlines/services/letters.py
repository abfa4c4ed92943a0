"""What letters to customers have in common: to whom, in which words, by which clock."""

import hashlib
from contextlib import suppress
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from openlines.core.letter_words import Spoken, plain_name, words_for
from openlines.core.line import SECOND
from openlines.services.accounts import is_email
from openlines.services.errors import Invalid
from openlines.services.faces import People, author_of
from openlines.services.working_time import portal_zone
from openlines.store.messages import MessageRow, data_of
from openlines.store.portal import the_portal
from openlines.store.tx import Reader

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def is_postal(text: str) -> bool:
    """Whether a letter can be sent to this address."""
    from openlines.notify.mail import BadAddress, plain_address  # with all that speaks SMTP: only where it is needed

    with suppress(BadAddress):
        return is_email(text) and bool(plain_address(text))
    return False


def checked_address(text: str) -> str:
    """The address without what surrounds it. Refuses with `Invalid` at the field "email"."""
    address = text.strip()
    if not is_postal(address):
        raise Invalid.field("email", "not_an_email")
    return address


def hash_of(address: str) -> str:
    """The same for every way of writing an address: small letters, the domain as the network knows it."""
    from openlines.notify.mail import plain_address

    return hashlib.sha256(plain_address(address).lower().encode()).hexdigest()


def portal_name(reader: Reader) -> str:
    found = the_portal(reader)
    return found.name if found is not None else ""


def clock_of(reader: Reader, time_zone: str) -> ZoneInfo:
    """The customer's own clock where it is known, else the portal's."""
    with suppress(ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(time_zone)
    return ZoneInfo(portal_zone(reader))


def moment_words(at: int, zone: ZoneInfo, language: str) -> str:
    when = datetime.fromtimestamp(at // SECOND, zone)
    if language == "ru":
        return f"{when:%d.%m.%Y, %H:%M}"
    return f"{when.day} {_MONTHS[when.month - 1]} {when:%Y, %H:%M}"


def spoken(row: MessageRow, people: People, language: str, zone: ZoneInfo, *, customer: str, line: str = "") -> Spoken:
    """A message of kind "text" as its customer has seen it; `customer` is what he is called here."""
    words = words_for(language)
    who = {"customer": customer, "bot": words["bot"], "system": line or words["chat"]}.get(row.author, "")
    if row.author == "operator":
        who = author_of(people, row, language).name or words["operator"]
    when, own = moment_words(row.at, zone, language), row.author == "customer"
    if row.deleted_at is not None:
        return Spoken(plain_name(who), when, words["deleted"], (), own)
    data = data_of(row)
    files = tuple(str(each.get("name", "")) for each in data.get("files", ()))
    return Spoken(plain_name(who), when, row.text or _shown(data), files, own)


def _shown(data: dict[str, object]) -> str:
    """What a message without words holds."""
    sticker, place, card = data.get("sticker"), data.get("location"), data.get("contact")
    if isinstance(sticker, dict):
        return str(sticker.get("emoji", ""))
    if isinstance(place, dict):
        return f"{place.get('title', '')} {place.get('lat')}, {place.get('lon')}".strip()
    if isinstance(card, dict):
        return f"{card.get('name', '')} {card.get('phone', '')}".strip()
    return ""
