"""How long a website may vouch for its customer."""

import jwt
import pytest

from openlines.api.refusals import HttpRefused
from openlines.api.visitor.identity import vouched
from openlines.support.clock import HostClock

KEY = "k" * 43
NOW = HostClock().now() // 1_000_000


def signed(**claims: object) -> str:
    return jwt.encode({"sub": "u1", "name": "Ann", **claims}, KEY, algorithm="HS256")


@pytest.mark.parametrize("claims", [{"exp": NOW + 3500}, {"exp": NOW + 600, "iat": NOW - 60}])
def test_an_identity_within_the_hour_is_believed(claims: dict[str, int]) -> None:
    found = vouched(signed(**claims), KEY, "site", NOW)
    assert (found.visitor.external_id, found.person.name) == ("id:u1", "Ann")


@pytest.mark.parametrize(
    "claims",
    [{}, {"exp": NOW - 600}, {"exp": NOW + 90 * 86400}, {"exp": NOW + 7200, "iat": NOW}, {"exp": NOW, "aud": "x"}],
)
def test_an_identity_good_for_longer_is_not(claims: dict[str, int | str]) -> None:
    with pytest.raises(HttpRefused, match="identity_invalid"):
        vouched(signed(**claims), KEY, "site", NOW)
