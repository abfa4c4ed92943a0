"""A short campaign on each store, so that every run of the tests kills the server a few times."""

from pathlib import Path

import pytest

from tests.crash.campaign import campaign


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_killed_under_load_nothing_is_lost_and_nothing_doubled(store_url: str, tmp_path: Path) -> None:
    database = store_url if store_url.startswith("postgres") else ""
    report = await campaign(tmp_path / "portal", database, each_place=1, random_kills=1, progress=print)
    assert not report.faults, report.words()
    assert report.acknowledged
    assert report.to_telegram
