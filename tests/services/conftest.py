"""A portal on each of the two stores."""

from collections.abc import Iterator

import pytest

from tests.services.portal import Portal, portal


@pytest.fixture
def house(store_url: str) -> Iterator[Portal]:
    with portal(store_url) as found:
        yield found


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> str:
    """For tests that open many portals of their own."""
    return str(request.param)
