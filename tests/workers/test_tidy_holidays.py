"""The tidying keeps public holidays written down as years go by, and tells the lines that close on them."""

from pathlib import Path

from openlines.core.line import DAY, SECOND
from openlines.services import lines
from openlines.services.access import Actor
from openlines.store import open_store
from openlines.store.lines import schedule_in
from openlines.store.timetables import last_holiday
from openlines.store.tx import Tx
from openlines.support.clock import SettableClock
from openlines.workers.tidy import Tidy

START = 1_767_603_600 * SECOND  # 2026-01-05 09:00 UTC


async def test_a_new_year_brings_the_holidays_of_two_years_later(tmp_path: Path) -> None:
    clock = SettableClock(START)
    store = await open_store(tmp_path / "portal.db", node="test", clock=clock)
    try:
        admin = Actor(0, "administrator")

        def make(tx: Tx) -> int:
            line_id = lines.create(tx, admin, "Support", time_zone="UTC")
            lines.change(tx, admin, line_id, 1, settings={"hours_on": True, "holidays_country": "DE"})
            return line_id

        line_id = await store.write(make)
        tidy = Tidy(store)
        await tidy.once()
        assert (await store.read(last_holiday, "DE", ""))[:4] == "2028"
        clock.set(START + 365 * DAY)
        await tidy.once()
        assert (await store.read(last_holiday, "DE", ""))[:4] == "2029"

        def closed_on(tx: Tx) -> int:
            row = lines._line(tx, line_id)
            return max(schedule_in(row.settings).holidays)

        years_later = (START // DAY) + 719_163 + 3 * 365  # ordinal of a day of January 2029
        assert await store.write(closed_on) > years_later
    finally:
        await store.close()
