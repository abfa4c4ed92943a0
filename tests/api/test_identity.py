"""How long a website may vouch for its customer."""

import jwt
import pytest

from openlines.api.refusals import HttpRefused
from openlines.api.visitor.identity import vouched
from openlines.api.words import known
from openlines.support.clock import HostClock

KEY = "k" * 43


def signed(now: int, **claims: int | str) -> str:
    """Moments are given in seconds from now."""
    at = {name: now + value if isinstance(value, int) else value for name, value in claims.items()}
    return jwt.encode({"sub": "u1", "name": "Ann", **at}, KEY, algorithm="HS256")


@pytest.fixture
def now() -> int:
    """When the test runs: between its collection and that may lie longer than an identity is good for."""
    return HostClock().now() // 1_000_000


@pytest.mark.parametrize("claims", [{"exp": 3500}, {"exp": 600, "iat": -60}])
def test_an_identity_within_the_hour_is_believed(claims: dict[str, int], now: int) -> None:
    found = vouched(signed(now, **claims), KEY, "site", now)
    assert (found.visitor.external_id, found.person.name) == ("id:u1", "Ann")


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({}, "identity_lacks"),
        ({"exp": -600}, "identity_expired"),
        ({"exp": 90 * 86400}, "identity_exp"),
        ({"exp": 7200, "iat": 0}, "identity_exp"),
        ({"exp": 600, "aud": "x"}, "identity_aud"),
    ],
)
def test_an_identity_good_for_longer_is_not(claims: dict[str, int | str], code: str, now: int) -> None:
    with pytest.raises(HttpRefused, match=f"^{code}$"):
        vouched(signed(now, **claims), KEY, "site", now)
    assert known(code)


def test_a_signature_of_another_key_and_what_is_no_jwt(now: int) -> None:
    with pytest.raises(HttpRefused, match="identity_signature"):
        vouched(signed(now, exp=600), KEY + "x", "site", now)
    with pytest.raises(HttpRefused, match="identity_malformed"):
        vouched("ann@example.org", KEY, "site", now)
