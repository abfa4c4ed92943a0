"""What a visitor of a website is asked before or after his first words: his consent, and the form of the line.

Where words may not come first ("agree", or a form before the chat), the server refuses them until it is so: the
page only makes it easy. A line that asks for neither costs a message nothing.
"""

from collections.abc import Callable, Mapping
from typing import Any, Concatenate, ParamSpec

from openlines.core.consent import version_of
from openlines.core.line import FormField, LineSettings, worded
from openlines.core.state import Refused
from openlines.services import consent, forms
from openlines.services.receive import Incoming, Person, Received, add_identity
from openlines.services.visitors import Card
from openlines.store import threads
from openlines.store.threads import ThreadRow
from openlines.store.tx import Reader, Tx

P = ParamSpec("P")


def gated(settings: LineSettings) -> bool:
    """May a visitor's words be refused until he has answered something?"""
    return settings.form == "before" or (settings.consent_kind == "agree" and any(settings.consent_text.values()))


def write_answered(
    tx: Tx,
    settings: LineSettings,
    use_case: Callable[Concatenate[Tx, int, Incoming, P], Received],
    channel_id: int,
    incoming: Incoming,
    *args: P.args,
    **kwargs: P.kwargs,
) -> Received:
    """A message on a line that asks first. Refuses with "consent_needed" and "form_needed"."""
    thread = threads.by_identity(tx, channel_id, incoming.external_id)
    if thread is None or thread.blocked_at is None:  # who is blocked is kept silently, whatever he was asked
        version = version_of(settings) if settings.consent_kind == "agree" else ""
        if version and (thread is None or thread.consent_given != version):
            raise Refused("consent_needed")
        if forms.needed(tx, settings, thread):
            raise Refused("form_needed")
    return use_case(tx, channel_id, incoming, *args, **kwargs)


def asks(reader: Reader, settings: LineSettings, line_id: int, card: Card, language: str) -> dict[str, Any]:
    """What the visitor's window is to ask him, in his language; empty when nothing."""
    found: dict[str, Any] = {}
    version = version_of(settings) if settings.consent_kind == "agree" else ""
    if version and (card.thread is None or card.thread.consent_given != version):
        found["consent"] = {
            "version": version,
            "text": consent.shown(reader, settings, line_id, language),
            "url": settings.consent_url,
        }
    fields = forms.asked(settings, card.thread, card.customer)
    begun = card.conversation is not None and card.conversation.state != "closed"
    if fields and not (settings.form == "before" and begun):
        found["form"] = {"when": settings.form, "fields": [_field(each, language) for each in fields]}
    return found


def _field(field: FormField, language: str) -> dict[str, Any]:
    shown: dict[str, Any] = {"key": field.key, "kind": field.kind, "label": worded(field.label, language)}
    if field.required:
        shown["required"] = True
    if field.kind == "choice":
        shown["choices"] = [worded(each, language) for each in field.choices]
    return shown


def agree(tx: Tx, channel_id: int, external_id: str, person: Person, version: str) -> None:
    """He pressed "agree" under the text of this version."""
    thread = _thread(tx, channel_id, external_id, person, lambda settings: consent.same_text(version, settings))
    consent.agree(tx, thread, person.language, version)


def fill_in(tx: Tx, channel_id: int, external_id: str, person: Person, answers: Mapping[str, str]) -> int:
    """He filled in the form; answers by the keys of its questions. Returns the thread."""
    language = person.language or "en"
    thread = _thread(
        tx, channel_id, external_id, person, lambda settings: forms.judged(settings, None, answers, language)
    )
    forms.fill(tx, thread, answers, language)
    return thread.id


def _thread(
    tx: Tx, channel_id: int, external_id: str, person: Person, judge: Callable[[LineSettings], object]
) -> ThreadRow:
    """His thread. Of somebody new, `judge` refuses before anything is written what would be refused afterwards."""
    thread = threads.by_identity(tx, channel_id, external_id)
    if thread is None:
        judge(consent.line_of(tx, channel_id)[1])
        add_identity(tx, channel_id, external_id, person)
        thread = threads.by_identity(tx, channel_id, external_id)
    if thread is None:
        raise LookupError("a thread that was just added is not there")
    return thread
