"""Passwords: what may be one, how they are kept, and that a flood of them waits outside."""

import asyncio

import pytest

from openlines.support.passwords import Passwords, TooBusy, weakness


async def test_a_hash_fits_its_password_only() -> None:
    passwords = Passwords(workers=1)
    encoded = await passwords.hash("correct horse")
    assert encoded.startswith("$argon2id$")
    assert await passwords.verify(encoded, "correct horse")
    assert not await passwords.verify(encoded, "Correct horse")
    assert not await passwords.verify(None, "correct horse")
    assert not await passwords.verify("no hash at all", "correct horse")
    assert encoded != await passwords.hash("correct horse"), "salted"
    assert not passwords.outdated(encoded)
    passwords.close()


@pytest.mark.parametrize("password", ["🔑🔑🔑🔑", "пароль с пробелом", "a\x00b c d e f", "\ud800" * 8])
async def test_every_text_can_be_a_password(password: str) -> None:
    passwords = Passwords(workers=1)
    assert await passwords.verify(await passwords.hash(password), password)
    passwords.close()


async def test_more_than_may_wait_are_turned_away_at_once() -> None:
    passwords = Passwords(workers=1, waiting=2)
    results = await asyncio.gather(*(passwords.hash("x") for _ in range(10)), return_exceptions=True)
    assert sum(isinstance(each, TooBusy) for each in results) == 7
    assert (await passwords.hash("x")).startswith("$argon2id$"), "there is room again"
    passwords.close()


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "password_short"),
        ("x" * 2000, "password_long"),
        ("password", "password_common"),
        ("PassWord123", "password_common"),
        ("aaaaaaaaaaaa", "password_common"),
        ("ann@example.org", "password_common"),
        ("correct horse", None),
        ("длинный пароль", None),
    ],
)
def test_what_may_not_be_a_password(password: str, why: str | None) -> None:
    assert weakness(password, personal=("Ann", "ann@example.org")) == why
