"""The visitor answers what the line asks him: "agree" under the consent, the form's questions."""

from collections.abc import Callable
from typing import Final

import msgspec

from openlines.api.visitor.call import Call, Handler
from openlines.services import visitor_asking
from openlines.services.errors import Invalid
from openlines.services.receive import Person
from openlines.support.tolerant import clean

_MOST: Final = 50  # answers
_LONGEST: Final = 10_000  # characters of one; the form's own bounds are far below


class Agreement(msgspec.Struct):
    """The version of the text that was shown."""

    version: str


class FormAnswers(msgspec.Struct):
    """By the keys of the form's questions."""

    answers: dict[str, str]


_agreement = msgspec.json.Decoder(Agreement)
_answers = msgspec.json.Decoder(FormAnswers)


class Asking:
    """Two handlers of the visitors' API. `person` tells what the window said of itself."""

    def __init__(self, person: Callable[[str], Person]) -> None:
        self._person = person
        self.routes: dict[tuple[str, str], Handler] = {
            ("POST", "consent"): self._agree,
            ("POST", "form"): self._fill,
        }

    async def _agree(self, call: Call) -> None:
        visitor = call.visitor()
        call.visitors.count(call, visitor, begins=True)
        given = await call.body(_agreement)
        person = self._person(visitor.external_id)
        store, channel_id = call.visitors.edge.store, call.site.channel_id
        await store.write(visitor_asking.agree, channel_id, visitor.external_id, person, given.version)
        await call.answer({})

    async def _fill(self, call: Call) -> None:
        visitor = call.visitor()
        call.visitors.count(call, visitor, begins=True)
        given = await call.body(_answers)
        if len(given.answers) > _MOST:
            raise Invalid.field("answers", "too_many", {"most": _MOST})
        for key, text in given.answers.items():
            if len(text) > _LONGEST:
                raise Invalid.field(f"answers.{key[:40]}", "too_long", {"most": _LONGEST})
        person = self._person(visitor.external_id)
        store, channel_id = call.visitors.edge.store, call.site.channel_id
        await store.write(visitor_asking.fill_in, channel_id, visitor.external_id, person, clean(given.answers))
        await call.answer({})
