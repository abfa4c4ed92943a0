"""How long a website may vouch for its customer."""

import jwt
import pytest

from openlines.api.refusals import HttpRefused
from openlines.api.visitor.identity import vouched
from openlines.api.words import known
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
    ("claims", "code"),
    [
        ({}, "identity_lacks"),
        ({"exp": NOW - 600}, "identity_expired"),
        ({"exp": NOW + 90 * 86400}, "identity_exp"),
        ({"exp": NOW + 7200, "iat": NOW}, "identity_exp"),
        ({"exp": NOW + 600, "aud": "x"}, "identity_aud"),
    ],
)
def test_an_identity_good_for_longer_is_not(claims: dict[str, int | str], code: str) -> None:
    with pytest.raises(HttpRefused, match=f"^{code}$"):
        vouched(signed(**claims), KEY, "site", NOW)
    assert known(code)


def test_a_signature_of_another_key_and_what_is_no_jwt() -> None:
    with pytest.raises(HttpRefused, match="identity_signature"):
        vouched(signed(exp=NOW + 600), KEY + "x", "site", NOW)
    with pytest.raises(HttpRefused, match="identity_malformed"):
        vouched("ann@example.org", KEY, "site", NOW)
