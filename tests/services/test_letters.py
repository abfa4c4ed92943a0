"""Letters to customers: the reply that follows a visitor who has left, and the conversation that is sent on request."""

import itertools
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, select, update

from openlines.core.line import DAY, HOUR, MINUTE, SECOND
from openlines.core.state import Refused
from openlines.services import (
    customers,
    handle,
    mail,
    notice_outbox,
    notify_settings,
    reply,
    reply_letters,
    transcripts,
    visitors,
)
from openlines.services.access import Actor
from openlines.services.errors import Invalid, NotFound, TooOften
from openlines.services.receive import Person
from openlines.store import messages, tables, threads
from openlines.store.statement import Statement
from openlines.support.secrets import Seal
from openlines.workers.notices import make_keys
from tests.services.portal import Portal

URL = "https://desk.example"
_NOTICES = Statement(select(tables.notices).where(tables.notices.c.kind == "mail").order_by(tables.notices.c.id))
_CHANNEL = Statement(update(tables.channels))
_THREAD = Statement(update(tables.threads))
_CUSTOMER = Statement(update(tables.customers))
_number = itertools.count(1)


class Desk:
    """A line with Ann in it, a website channel, and a visitor who has left his e-mail and gone."""

    def __init__(self, house: Portal, *, email: str = "carl@example.com", mail_on: bool = True, **line: Any) -> None:
        self.house = house
        house.do(
            lambda tx: tx.run(Statement(insert(tables.portals)), id=1, name="Bakery", epoch="e", created_at=tx.now)
        )
        self.ann = house.operator("Ann")
        self.line_id = house.line(self.ann, **line)
        self.channel_id = house.channel(self.line_id)
        if mail_on:
            self.set_mail()
        self.c = house.writes(self.channel_id, "carl", "Is the cake ready?")
        self.thread_id, self.conversation_id = self.c.thread_id, self.c.conversation_id
        if email:
            house.do(visitors.introduce, self.channel_id, "carl", Person(email=email))
        house.do(visitors.seen, self.channel_id, "carl", read=self.c.seq)

    def set_mail(self) -> None:
        server = {"host": "127.0.0.1", "port": 25, "security": "none", "from_address": "desk@example.com"}
        self.house.do(notify_settings.change, self.house.admin, 0, seal=Seal(b"k" * 32), made=make_keys(), mail=server)

    def channel(self, **settings: Any) -> None:
        text = msgspec.json.encode(settings).decode()
        self.house.do(lambda tx: tx.run(_CHANNEL, settings=text))

    def came_from(self, page: str) -> None:
        context = msgspec.json.encode({"page": page}).decode()
        self.house.do(visitors.came, self.channel_id, "carl", context)

    def says(self, text: str, **more: Any) -> int:
        said = reply.Reply(f"c{next(_number)}", text, **more)
        row = self.house.do(reply.reply, self.ann, self.conversation_id, said)
        self.house.settle()
        return row.seq

    def looks(self, after: int = 0) -> int:
        """So many microseconds later somebody looks; how many letters that made."""
        self.house.clock.set(self.house.now + after)
        sent = 0
        while (looked := self.house.do(reply_letters.send_due, URL)).more or looked.sent:
            sent += looked.sent
            if not looked.more:
                break
        return sent

    def rows(self) -> list[dict[str, Any]]:
        names = [column.name for column in tables.notices.columns]
        return [dict(zip(names, row, strict=True)) for row in self.house.do(lambda tx: tx.all(_NOTICES))]

    def letters(self) -> list[dict[str, Any]]:
        return [{**msgspec.json.decode(row["params"]), "state": row["state"]} for row in self.rows()]

    def reads(self, seq: int) -> None:
        self.house.do(visitors.seen, self.channel_id, "carl", read=seq)

    def facts(self) -> list[str]:

        rows = self.house.do(lambda tx: messages.after(tx, self.thread_id, 0, 200))
        return [msgspec.json.decode(row.data)["fact"]["code"] for row in rows if row.kind == "fact"]

    def claims(self) -> list[str]:
        """What the outbox would send now."""
        return [job.email for job in self.house.do(notice_outbox.claim, "node", 64, {}).jobs]


# --- the reply follows who has left -------------------------------------------------------------------------------


def test_words_that_were_not_read_in_a_minute_make_one_letter(house: Portal) -> None:
    desk = Desk(house)
    desk.says("It is ready.")
    desk.looks(30 * SECOND)
    assert desk.letters() == []
    desk.says("We are open until six.")
    assert desk.looks(40 * SECOND) == 0  # she was still writing
    assert desk.looks(20 * SECOND) == 1
    (letter,) = desk.letters()
    assert letter["to"] == "carl@example.com"
    assert letter["subject"] == "Bakery: you have an answer"
    assert "It is ready." in letter["text"]
    assert "We are open until six." in letter["text"]
    assert "Is the cake ready?" not in letter["text"]
    assert f"{URL}/chat/key{desk.channel_id}" in letter["text"]
    assert desk.rows()[0]["conversation_id"] == desk.conversation_id
    assert desk.facts()[-1] == "mailed"
    assert desk.claims() == ["carl@example.com"]


def test_nothing_is_sent_twice_and_the_next_letter_keeps_its_distance(house: Portal) -> None:
    desk = Desk(house)
    desk.says("First.")
    assert desk.looks(2 * MINUTE) == 1
    assert desk.looks(10 * MINUTE) == 0
    desk.says("Second.")
    assert desk.looks(MINUTE) == 1
    desk.says("Third.")
    assert desk.looks(2 * MINUTE) == 0
    assert desk.looks(3 * MINUTE) == 1
    texts = [letter["text"] for letter in desk.letters()]
    assert [sum(words in text for text in texts) for words in ("First.", "Second.", "Third.")] == [1, 1, 1]


def test_who_has_read_gets_no_letter(house: Portal) -> None:
    desk = Desk(house)
    desk.reads(desk.says("It is ready."))
    assert desk.looks(2 * MINUTE) == 0
    desk.says("And one more thing.")
    desk.house.writes(desk.channel_id, "carl", "Thank you")  # whoever writes has had it before his eyes
    assert desk.looks(10 * MINUTE) == 0
    assert desk.letters() == []


def test_a_goodbye_takes_nothing_from_the_letter(house: Portal) -> None:
    desk = Desk(house, close_text={"en": "Goodbye!"})
    desk.says("It is ready.")
    house.acts(handle.finish, desk.ann, desk.conversation_id, None, now=True)
    assert desk.looks(2 * MINUTE) == 1
    (letter,) = desk.letters()
    assert "It is ready." in letter["text"]
    assert "Goodbye!" not in letter["text"]
    assert desk.facts()[-1] == "mailed"
    started = house.do(reply.start, desk.ann, desk.thread_id, reply.Reply("s", "It is still here."))
    assert started.conversation_id != desk.conversation_id
    assert desk.looks(10 * MINUTE) == 1
    assert "It is still here." in desk.letters()[1]["text"]
    assert "It is ready." not in desk.letters()[1]["text"]


def test_a_page_that_has_the_words_is_given_time_to_show_them(house: Portal) -> None:
    desk = Desk(house)
    seq = desk.says("It is ready.")
    house.do(visitors.seen, desk.channel_id, "carl", delivered=seq)
    assert desk.looks(2 * MINUTE) == 0
    assert desk.looks(7 * MINUTE) == 0
    assert desk.looks(2 * MINUTE) == 1


def test_a_letter_that_waits_for_its_server_is_dropped_once_the_words_were_read(house: Portal) -> None:
    desk = Desk(house)
    seq = desk.says("It is ready.")
    assert desk.looks(2 * MINUTE) == 1
    desk.reads(seq)
    assert desk.claims() == []
    assert [(row["state"], row["params"]) for row in desk.rows()] == [("dropped", "{}")]


def test_notes_automatic_texts_and_deleted_words_make_no_letter(house: Portal) -> None:
    desk = Desk(house, greeting={"en": "Welcome!"}, close_text={"en": "Goodbye!"})
    desk.says("Between us: he never pays.", note=True)
    assert desk.looks(10 * MINUTE) == 0
    row = house.do(reply.reply, desk.ann, desk.conversation_id, reply.Reply("d", "A slip of the pen"))
    house.do(reply.delete, desk.ann, row.id)
    assert desk.looks(10 * MINUTE) == 0
    assert desk.letters() == []
    kept = house.do(reply.reply, desk.ann, desk.conversation_id, reply.Reply("e", "Reday"))
    house.do(reply.edit, desk.ann, kept.id, "Ready")
    assert desk.looks(2 * MINUTE) == 1
    (letter,) = desk.letters()
    assert "Ready" in letter["text"]
    for other in ("Between us", "A slip", "Reday", "Welcome!"):
        assert other not in letter["text"]
        assert other not in letter["html"]


@pytest.mark.parametrize("why", ["off", "no address", "bad address", "blocked", "no server", "too old"])
def test_no_letter_where_there_is_nobody_or_no_wish_to_send_one(house: Portal, why: str) -> None:
    desk = Desk(house, email="" if why == "no address" else "carl@example.com", mail_on=why != "no server")
    if why == "off":
        desk.channel(letters=False)
    if why == "bad address":  # as it stands in the books of the site that vouches for him
        house.do(visitors.vouched, desk.channel_id, None, "carl", Person(email="carl at home"))
    desk.says("It is ready.")
    if why == "blocked":
        house.do(lambda tx: tx.run(_THREAD, blocked_at=tx.now))
    assert desk.looks(2 * DAY if why == "too old" else 10 * MINUTE) == 0
    assert desk.letters() == []
    assert "mailed" not in desk.facts()


def test_switched_off_or_without_an_address_a_reply_leaves_nothing_to_look_at(house: Portal) -> None:
    pending = Statement(select(tables.reply_letters.c.thread_id))
    desk = Desk(house, email="")
    desk.says("One")
    house.do(visitors.introduce, desk.channel_id, "carl", Person(email="carl@example.com"))
    desk.channel(letters=False)
    desk.says("Two")
    assert house.do(lambda tx: tx.all(pending)) == []
    desk.channel(letters=True)
    desk.says("Three")
    assert [row[0] for row in house.do(lambda tx: tx.all(pending))] == [desk.thread_id]


def test_a_reply_costs_one_statement_more_only_where_a_letter_may_follow(
    house: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(house)
    counted: list[str] = []
    kind = house.do(type)
    for name in ("one", "all", "run", "run_many", "changed"):
        monkeypatch.setattr(kind, name, _counted(getattr(kind, name), counted))

    def statements(text: str) -> int:
        said = reply.Reply(text, text)
        counted.clear()
        house.do(reply.reply, desk.ann, desk.conversation_id, said)
        return len(counted)

    statements("Warm.")
    desk.channel(letters=False)
    off = statements("One")
    desk.channel(letters=True)
    on = statements("Two")
    house.do(lambda tx: tx.run(_CUSTOMER, email=""))
    nowhere = statements("Three")
    assert off > 0
    assert (on, nowhere) == (off + 1, off)


def _counted(run: Any, counted: list[str]) -> Any:
    def counting(self: Any, *args: Any, **kwargs: Any) -> Any:
        counted.append(run.__name__)
        return run(self, *args, **kwargs)

    return counting


def test_the_letter_shows_operators_as_the_line_does(house: Portal) -> None:
    desk = Desk(house, operator_shown="common", common_name={"en": "The bakers"})
    desk.says("It is ready.")
    desk.looks(2 * MINUTE)
    (letter,) = desk.letters()
    assert "The bakers" in letter["text"]
    assert "Ann" not in letter["text"]
    assert "Ann" not in letter["html"]


@pytest.mark.parametrize(
    ("page", "origins", "link"),
    [
        ("https://shop.example/cart?session=secret#x", ["https://shop.example"], "https://shop.example/cart"),
        ("https://www.shop.example/", ["https://*.shop.example"], "https://www.shop.example/"),
        (f"{URL}/try/3?token=1", [], f"{URL}/try/3"),
        ("https://evil.example/", ["https://shop.example"], None),
        ("https://evil.example/", [], None),
        ("https://shop.example@evil.example/", ["https://shop.example"], None),
        ("javascript:alert(1)", [], None),
        ("https://shop.example/<b>", ["https://shop.example"], None),
        ("https://shop.example:x/", ["https://shop.example"], None),
        ("", [], None),
    ],
)
def test_the_way_back_is_a_page_that_the_owner_vouches_for(
    house: Portal, page: str, origins: list[str], link: str | None
) -> None:
    desk = Desk(house)
    desk.channel(allowed_origins=origins)
    desk.came_from(page)
    desk.says("It is ready.")
    desk.looks(2 * MINUTE)
    (letter,) = desk.letters()
    line = next(line for line in letter["text"].splitlines() if line.startswith("To answer"))
    assert line == f"To answer, open the chat: {link or f'{URL}/chat/key{desk.channel_id}'}"
    assert "evil" not in letter["text"] + letter["html"]
    assert "secret" not in letter["text"] + letter["html"]


def test_a_corrected_address_takes_back_what_has_not_left(house: Portal) -> None:
    desk = Desk(house)
    desk.says("It is ready.")
    desk.looks(2 * MINUTE)
    row = house.do(lambda tx: threads.one(tx, desk.thread_id))
    assert row is not None
    card = house.do(lambda tx: threads.customer(tx, row.customer_id))
    assert card is not None
    house.do(lambda tx: customers.change(tx, house.admin, card.id, card.version, name="Carl"))
    assert [each["state"] for each in desk.letters()] == ["queued"]
    house.do(lambda tx: customers.change(tx, house.admin, card.id, card.version + 1, email="karl@example.com"))
    assert [(each["state"], each["params"]) for each in desk.rows()] == [("dropped", "{}")]
    assert desk.claims() == []


def test_who_is_forgotten_has_no_letter_left_in_the_outbox(house: Portal) -> None:
    desk = Desk(house)
    desk.says("It is ready.")
    desk.looks(2 * MINUTE)
    customer_id = house.do(lambda tx: threads.one(tx, desk.thread_id)).customer_id  # type: ignore[union-attr]
    assert house.do(mail.withdraw, customer_id) == 1
    assert all("carl@" not in row["params"] and "ready" not in row["params"] for row in desk.rows())


def test_ten_thousand_characters_and_every_script_go_whole(house: Portal) -> None:
    desk = Desk(house)
    text = "שלום 🙂 <b>ё</b> & " * 600
    desk.says(text)
    desk.looks(2 * MINUTE)
    assert text in desk.letters()[0]["text"]


# --- the conversation on request ------------------------------------------------------------------------------------


def ask(desk: Desk, email: str = "", language: str = "en", who: str = "carl") -> str:
    copy = desk.house.do(transcripts.mine, desk.channel_id, who, language)
    return desk.house.do(transcripts.send_to_visitor, desk.channel_id, who, copy, email)


def test_a_visitor_is_sent_what_he_has_seen(house: Portal) -> None:
    desk = Desk(house)
    desk.says("It is ready <b>now</b>.")
    desk.says("He never pays.", note=True)
    assert ask(desk) == "carl@example.com"
    (letter,) = desk.letters()
    assert letter["subject"] == "Bakery: your conversation"
    lines = letter["text"].splitlines()
    assert "You, 5 Jan 2026, 09:00" in lines
    assert "Is the cake ready?" in lines
    assert "Ann, 5 Jan 2026, 09:00" in lines
    assert "It is ready <b>now</b>." in lines
    assert "It is ready &lt;b&gt;now&lt;/b&gt;." in letter["html"]
    assert "never pays" not in letter["text"] + letter["html"]
    assert desk.facts()[-1] == "transcript_asked"


def test_a_visitor_asks_in_his_language(house: Portal) -> None:
    desk = Desk(house)
    desk.says("Готово.")
    ask(desk, language="ru")
    (letter,) = desk.letters()
    assert letter["subject"] == "Bakery: ваша переписка"
    assert "Вы, 05.01.2026, 09:00" in letter["text"]


def test_nothing_is_sent_before_a_person_has_answered(house: Portal) -> None:
    desk = Desk(house, greeting={"en": "Welcome!"})
    with pytest.raises(Refused, match="transcript_early"):
        ask(desk)
    with pytest.raises(NotFound):
        ask(desk, who="nobody")


def test_an_address_that_was_given_is_checked_and_kept_on_an_empty_card(house: Portal) -> None:
    desk = Desk(house, email="")
    desk.says("It is ready.")
    with pytest.raises(Refused, match="transcript_no_address"):
        ask(desk)
    for wrong in ("carl", "a@b\r\nBcc: x@example.com", "carl@example.com, x@example.com", "<carl@example.com>", "@"):
        with pytest.raises(Invalid):
            ask(desk, wrong)
    assert ask(desk, "  Carl@bücher.example ") == "Carl@bücher.example"
    card = house.do(visitors.card, desk.channel_id, "carl").customer
    assert card is not None
    assert card.email == "Carl@bücher.example"
    house.clock.set(house.now + 2 * MINUTE)
    assert ask(desk, "other@example.com") == "other@example.com"
    card = house.do(visitors.card, desk.channel_id, "carl").customer
    assert card is not None
    assert card.email == "Carl@bücher.example"


def test_a_visitor_has_a_few_letters_a_day(house: Portal) -> None:
    desk = Desk(house)
    desk.says("It is ready.")
    ask(desk)
    with pytest.raises(TooOften, match="transcript_too_often") as soon:
        ask(desk)
    assert 0 < soon.value.wait <= 60
    for _ in range(transcripts.VISITOR_A_DAY - 1):
        house.clock.set(house.now + 2 * MINUTE)
        ask(desk)
    house.clock.set(house.now + HOUR)
    with pytest.raises(TooOften, match="transcript_too_many"):
        ask(desk, "another@example.com")
    house.clock.set(house.now + DAY)
    ask(desk)


def test_nobody_is_flooded_however_many_ask_for_him(house: Portal) -> None:
    desk = Desk(house)
    for n in range(transcripts.ADDRESS_A_DAY + 1):
        said = house.writes(desk.channel_id, f"v{n}", "hello")
        house.replies(desk.ann, said.conversation_id, "buy my watches")
        address = ("Victim@Example.com", "victim@example.COM")[n % 2]
        if n < transcripts.ADDRESS_A_DAY:
            ask(desk, address, who=f"v{n}")
        else:
            with pytest.raises(TooOften, match="transcript_too_many"):
                ask(desk, address, who=f"v{n}")


def test_an_operator_sends_it_and_keeps_it(house: Portal) -> None:
    desk = Desk(house)
    desk.says("It is ready.")
    desk.says("He never pays.", note=True)
    copy = house.do(transcripts.of_staff, desk.ann, desk.conversation_id)
    assert house.do(transcripts.send_to_customer, desk.ann, copy) == "carl@example.com"
    assert "You, 5 Jan" in desk.letters()[0]["text"]
    text = house.do(transcripts.of_staff, desk.ann, desk.conversation_id, "ru").text
    assert "carl, 05.01.2026" in text
    assert "It is ready." in text
    assert "never pays" not in text
    stranger = house.operator("Eve")
    with pytest.raises(NotFound):
        house.do(transcripts.of_staff, stranger, desk.conversation_id)
    with pytest.raises(NotFound):
        house.do(transcripts.send_to_customer, Actor(stranger.user_id, "operator"), copy)


def test_without_a_server_or_an_address_an_operator_is_told_so(house: Portal) -> None:
    desk = Desk(house, email="", mail_on=False)
    desk.says("It is ready.")
    copy = house.do(transcripts.of_staff, desk.ann, desk.conversation_id)
    with pytest.raises(Refused, match="transcript_no_address"):
        house.do(transcripts.send_to_customer, desk.ann, copy)
    house.do(visitors.introduce, desk.channel_id, "carl", Person(email="carl@example.com"))
    with pytest.raises(Refused, match="mail_not_set"):
        house.do(transcripts.send_to_customer, desk.ann, copy)


def test_a_very_long_conversation_loses_its_beginning(house: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(house)
    monkeypatch.setattr(transcripts, "MOST", 3)
    for n in range(5):
        desk.says(f"part {n}")
    copy = house.do(transcripts.of_staff, desk.ann, desk.conversation_id)
    assert copy.left_out
    assert [each.text for each in copy.said] == ["part 2", "part 3", "part 4"]


def test_an_earlier_conversation_is_sent_alone(house: Portal) -> None:
    desk = Desk(house)
    desk.says("It is ready.")

    house.acts(handle.finish, desk.ann, desk.conversation_id, None, now=True)
    later = house.writes(desk.channel_id, "carl", "And bread?")
    house.replies(desk.ann, later.conversation_id, "Sold out.")
    assert later.conversation_id != desk.conversation_id
    first = house.do(transcripts.of_staff, desk.ann, desk.conversation_id)
    assert [each.text for each in first.said] == ["Is the cake ready?", "It is ready."]
    now = house.do(transcripts.mine, desk.channel_id, "carl", "en")
    assert [each.text for each in now.said] == ["And bread?", "Sold out."]


def test_what_no_limit_counts_is_forgotten(house: Portal) -> None:
    desk = Desk(house)
    desk.says("It is ready.")
    ask(desk)
    count = Statement(select(tables.transcripts.c.id))
    house.do(transcripts.forget_old)
    assert len(house.do(lambda tx: tx.all(count))) == 1
    house.clock.set(house.now + 3 * DAY)
    house.do(transcripts.forget_old)
    assert house.do(lambda tx: tx.all(count)) == []
