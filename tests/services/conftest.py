"""A portal on each of the two stores."""

from collections.abc import Iterator

import pytest

from tests.services.portal import Portal, portal


@pytest.fixture
def house(store_url: str) -> Iterator[Portal]:
    with portal(store_url) as found:
        yield found
