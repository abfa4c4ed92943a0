"""Ratings by heads, consents and answers of forms, as staff are shown them."""

import msgspec

from openlines.core.consent import version_of
from openlines.core.line import LineSettings
from openlines.core.state import Conversation
from openlines.store import consents, head_ratings
from openlines.store.threads import ThreadRow
from openlines.store.tx import Reader
from openlines.support.stamps import stamp, stamp_or_none


class HeadRating(msgspec.Struct, omit_defaults=True):
    value: int
    comment: str = ""
    by: int | None = None
    at: str | None = None


class Agreed(msgspec.Struct, omit_defaults=True):
    """A consent. `how`: notice (he wrote on), button or words; `version` is the SHA-256 of the text and the link."""

    at: str
    how: str
    version: str
    line_id: int
    thread_id: int
    text: str = ""
    url: str = ""


class FormAnswer(msgspec.Struct):
    key: str
    label: str
    value: str


class FilledForm(msgspec.Struct):
    conversation_id: int
    line_id: int
    at: str
    answers: list[FormAnswer]


class ConsentState(msgspec.Struct, omit_defaults=True):
    """Where the present text of the line stands with this customer; `last` is what he agreed to last."""

    given: bool = False
    asked: bool = False
    last: Agreed | None = None


_answers = msgspec.json.Decoder(list[FormAnswer])


def head_rating_of(reader: Reader, c: Conversation) -> HeadRating | None:
    found = head_ratings.one(reader, c.id) if c.head_rating is not None else None
    return None if found is None else HeadRating(found.value, found.comment, found.by, stamp_or_none(found.at))


def agreed_of(reader: Reader, customer_id: int) -> list[Agreed]:
    return [
        Agreed(stamp(each.at), each.how, each.version, each.line_id, each.thread_id, each.text, each.url)
        for each in consents.of_customer(reader, customer_id)
    ]


def forms_of(reader: Reader, customer_id: int) -> list[FilledForm]:
    return [
        FilledForm(each.conversation_id, each.line_id, stamp(each.at), _answers.decode(each.answers))
        for each in consents.answers_of_customer(reader, customer_id)
    ]


def answers_of(reader: Reader, c: Conversation) -> list[FormAnswer]:
    found = consents.answers_of(reader, c.id)
    return [] if found is None else _answers.decode(found.answers)


def consent_of(reader: Reader, settings: LineSettings, thread: ThreadRow) -> ConsentState | None:
    """None where nothing is asked and nothing was ever agreed to."""
    version = version_of(settings)
    if not version and not thread.consent_given:
        return None
    here = [each for each in agreed_of(reader, thread.customer_id) if each.thread_id == thread.id]
    return ConsentState(
        given=bool(version) and thread.consent_given == version,
        asked=bool(version) and thread.consent_asked == version,
        last=here[0] if here else None,
    )
