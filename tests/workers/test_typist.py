"""Typing shown on vendors' channels: seldom enough, and never in anybody's way."""

import asyncio
from typing import Any, cast

import pytest

from openlines.store import Store
from openlines.workers import typist as module
from openlines.workers.accounts import Accounts
from openlines.workers.typist import AT_ONCE, Typist


class Vendor:
    """A channel, its account and its store in one, which remember what was shown."""

    def __init__(self, *, able: bool = True, hangs: bool = False, fails: bool = False) -> None:
        self.shown: list[str] = []
        self.able = able
        self.hangs = hangs
        self.fails = fails
        self.channel = self.account = self.http = self

    async def read(self, query: Any, thread_id: int) -> tuple[int, str] | None:
        return (1, str(thread_id)) if self.able else None

    async def get(self, channel_id: int) -> "Vendor":
        return self

    async def typing(self, account: Any, external_id: str, http: Any) -> None:
        if self.fails:
            raise ConnectionResetError
        if self.hangs:
            await asyncio.Event().wait()
        self.shown.append(external_id)


def typist(vendor: Vendor) -> Typist:
    return Typist(cast(Store, vendor), cast(Accounts, vendor))


async def test_it_is_shown_once_in_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    vendor = Vendor()
    typing = typist(vendor)
    for _ in range(20):
        typing.typed(7)
    typing.typed(8)
    await asyncio.sleep(0.01)
    assert sorted(vendor.shown) == ["7", "8"]
    monkeypatch.setattr(module, "EVERY", 0.0)
    typing.typed(7)
    await asyncio.sleep(0.01)
    assert vendor.shown.count("7") == 2
    await typing.stop()


async def test_a_hanging_vendor_costs_a_bounded_number_of_tasks() -> None:
    typing = typist(Vendor(hangs=True))
    for thread_id in range(100):
        typing.typed(thread_id)
    assert len(typing._tasks) == AT_ONCE
    await typing.stop()
    assert not typing._tasks


@pytest.mark.parametrize("vendor", [Vendor(able=False), Vendor(fails=True)])
async def test_what_cannot_be_shown_is_left(vendor: Vendor) -> None:
    typing = typist(vendor)
    typing.typed(1)
    await asyncio.sleep(0.01)
    assert vendor.shown == []
    assert not typing._tasks
