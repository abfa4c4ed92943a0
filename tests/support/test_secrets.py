"""Secrets at rest and in memory."""

import json
import pickle
from pathlib import Path

import pytest

from openlines.support.secrets import BadKey, Seal, Secret, SecretsUnreadable, load_seal


def test_sealed_secrets_open_again_for_their_own_row(tmp_path: Path) -> None:
    seal = load_seal(tmp_path)
    sealed = seal.seal("channels", 7, {"token": Secret("123456:abc"), "пароль": Secret("ключ")})
    assert "123456" not in sealed
    opened = load_seal(tmp_path).open("channels", 7, sealed)
    assert {name: value.reveal() for name, value in opened.items()} == {"token": "123456:abc", "пароль": "ключ"}
    assert seal.open("channels", 7, "") == {}


def test_a_sealed_text_is_bound_to_table_and_row_and_key() -> None:
    seal = Seal(b"k" * 32)
    sealed = seal.seal("channels", 7, {"token": Secret("x")})
    for table, row in (("channels", 8), ("users", 7)):
        with pytest.raises(SecretsUnreadable, match="damaged"):
            seal.open(table, row, sealed)
    with pytest.raises(SecretsUnreadable, match="another key"):
        Seal(b"j" * 32).open("channels", 7, sealed)
    head, body = sealed.rsplit(".", 1)
    for broken in (sealed[:-4], f"{head}.{body[:-8]}AAAA{body[-4:]}", f"{head}.!", "garbage", "v1..", "v2.x.y"):
        with pytest.raises(SecretsUnreadable):
            seal.open("channels", 7, broken)


def test_the_same_secrets_never_look_the_same_twice() -> None:
    seal = Seal(b"k" * 32)
    assert seal.seal("channels", 7, {"t": Secret("x")}) != seal.seal("channels", 7, {"t": Secret("x")})


def test_the_key_file_is_made_once_and_private(tmp_path: Path) -> None:
    first, second = load_seal(tmp_path), load_seal(tmp_path)
    path = tmp_path / "secret.key"
    assert first.key_id == second.key_id
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["secret.key"]
    path.chmod(0o644)
    assert load_seal(tmp_path).key_id == first.key_id
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("given", ["00" * 32, "A" * 43 + "=", "-_" * 21 + "A="])
def test_a_key_may_be_given_in_words(tmp_path: Path, given: str) -> None:
    seal = load_seal(tmp_path, given)
    assert seal.open("t", 1, seal.seal("t", 1, {"a": Secret("b")})) == {"a": Secret("b")}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("given", ["short", "zz" * 32, "00" * 31])
def test_a_bad_key_is_refused_in_words(tmp_path: Path, given: str) -> None:
    with pytest.raises(BadKey, match="32 bytes"):
        load_seal(tmp_path, given)


def test_a_damaged_key_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("")
    with pytest.raises(BadKey, match=r"secret\.key"):
        load_seal(tmp_path)


def test_a_secret_does_not_print_itself() -> None:
    secret = Secret("123456789:token-token-token")
    shown = [
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret!r:>40}",
        str({"a": secret}),
        str([secret]),
    ]
    assert all("token" not in each and "1234" not in each for each in shown)
    with pytest.raises(TypeError):
        json.dumps(secret)
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    assert secret.matches("123456789:token-token-token")
    assert not secret.matches("123456789:token-token-tokeN")
    assert secret != "123456789:token-token-token"
    assert not Secret("")
