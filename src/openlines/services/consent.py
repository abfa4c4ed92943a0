"""Consent to what is done with a customer's data: asked with a link at the first contact, recorded with its version.

Once per thread and version of the text; a line with another text, or a text that has changed, asks again. A notice
counts as agreed to by the customer's next words; "agree" wants a press, or a word that says so (docs/adr/0009).
"""

from typing import Literal

from openlines.core.consent import key_of, says_yes, version_of
from openlines.core.line import LineSettings, worded
from openlines.core.state import Conversation, Refused
from openlines.core.texts import render
from openlines.services.errors import NotFound
from openlines.services.turn import Turn, capabilities, load
from openlines.store import channels, consents, conversations, lines, threads
from openlines.store.conversations import Around
from openlines.store.lines import settings_of
from openlines.store.portal import the_portal
from openlines.store.threads import ThreadRow
from openlines.store.tx import Reader, Tx

How = Literal["notice", "button", "words"]


def due(c: Conversation, settings: LineSettings, around: Around, text: str) -> Literal["", "ask", "notice", "words"]:
    """What a customer's words mean for the consent: ask for it now, or he has just given it, and how.

    Where customers read from us (the website's chat) "agree" comes before the words, at the door (visitor_asking).
    Who did not agree is asked again in his next conversation. A "yes" is one only while no operator has spoken since
    the question.
    """
    version = version_of(settings)
    if not version or around.consent_given == version:
        return ""
    if settings.consent_kind == "agree" and not capabilities(around.kind).pushes:
        return ""
    if around.consent_asked != version:
        return "ask"
    if settings.consent_kind == "notice":
        return "notice"
    if c.consent_asked_at is None:
        return "ask"
    return "words" if says_yes(text) and (c.operator_at or 0) < c.consent_asked_at else ""


def give(turn: Turn, how: How) -> None:
    """Records the consent with the conversation that is under way."""
    c, settings = turn.c, turn.rules.settings
    version = version_of(settings)
    language = turn.around.language or "en"
    whose = {"customer_id": c.customer_id, "thread_id": c.thread_id, "line_id": c.line_id}
    _keep(turn.tx, settings, language, how, **whose)
    turn.thread |= {"consent_given": version, "consent_at": turn.tx.now}
    turn.fact("consented", {"how": how})


def _keep(tx: Tx, settings: LineSettings, language: str, how: How, **whose: int) -> None:
    consents.add(
        tx,
        **whose,
        version=version_of(settings),
        text=shown(tx, settings, whose["line_id"], language),
        url=settings.consent_url,
        how=how,
        at=tx.now,
    )


def shown(reader: Reader, settings: LineSettings, line_id: int, language: str) -> str:
    """The text as the customer reads it."""
    words = worded(settings.consent_text, language)
    if "{" not in words and "}" not in words:
        return words
    line, portal = lines.one(reader, line_id), the_portal(reader)
    return render(words, {"line": line.name if line else "", "portal": portal.name if portal else ""})


def pressed(tx: Tx, thread_id: int, conversation_id: int | None, key: str) -> str | None:
    """The button under the text. None when it is that of a text which is not asked for any more."""
    thread = threads.one(tx, thread_id)
    found = conversation_id or (thread.last_conversation_id if thread is not None else None)
    if thread is None or found is None:
        return None
    case = load(tx, found)
    version = version_of(case.rules.settings)
    if not version or key != key_of(version):
        return None
    if thread.consent_given != version:
        turn = Turn(tx, case)
        give(turn, "button")
        turn.done()
    return "consented"


def agree(tx: Tx, thread: ThreadRow, language: str, version: str) -> None:
    """The visitor of a website pressed "agree" before his words; `version` is that of the text which he saw.

    Refuses with "consent_changed" when the text is another one meanwhile.
    """
    open_id = conversations.open_of_thread(tx, thread.id)
    if open_id is not None:
        turn = Turn(tx, load(tx, open_id))
        same_text(version, turn.rules.settings)
        if thread.consent_given != version:
            give(turn, "button")
            turn.done()
        return
    line_id, settings = line_of(tx, thread.channel_id)
    same_text(version, settings)
    if thread.consent_given != version:
        whose = {"customer_id": thread.customer_id, "thread_id": thread.id, "line_id": line_id}
        _keep(tx, settings, language, "button", **whose)
        threads.put(tx, thread.id, consent_given=version, consent_at=tx.now)
        tx.event("customer.changed", thread_id=thread.id, data={"customer_id": thread.customer_id})


def same_text(version: str, settings: LineSettings) -> None:
    """Refuses an agreement to a text that is another one meanwhile."""
    if not version or version != version_of(settings):
        raise Refused("consent_changed")


def line_of(reader: Reader, channel_id: int) -> tuple[int, LineSettings]:
    """Where a new conversation of this channel would begin."""
    channel = channels.one(reader, channel_id)
    line = lines.one(reader, channel.line_id) if channel is not None else None
    if line is None:
        raise NotFound("channel", id=channel_id)
    return line.id, settings_of(line.settings)
