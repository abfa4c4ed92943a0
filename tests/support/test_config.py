"""Settings: from flags over the environment over defaults; a typing error is an error."""

from pathlib import Path
from typing import Any

import pytest

from openlines.config import BadSetting, Config, load


def test_defaults() -> None:
    config = load({})
    assert config == Config()
    assert config.database_url == "sqlite:///data/portal.db"
    assert config.node_name.endswith(":8080")


def test_flags_win_over_the_environment() -> None:
    environ = {"OPENLINES_PORT": "9000", "OPENLINES_DATA": "/var/lib/x", "PATH": "/bin", "OPENLINES_TEST_WITHOUT": "x"}
    config = load(environ, port=9001, host=None)
    assert (config.port, config.data, config.host) == (9001, Path("/var/lib/x"), "127.0.0.1")


@pytest.mark.parametrize(
    ("variable", "hint"),
    [
        ("OPENLINES_PRT", "Did you mean OPENLINES_PORT?"),
        ("OPENLINES_DATABSE", "Did you mean OPENLINES_DATABASE?"),
        ("OPENLINES_PUBLICURL", "Did you mean OPENLINES_PUBLIC_URL?"),
        ("OPENLINES_port", "Did you mean OPENLINES_PORT?"),
        ("OPENLINES_XYZZY", "Known are"),
    ],
)
def test_an_unknown_setting_names_the_nearest_known_one(variable: str, hint: str) -> None:
    with pytest.raises(BadSetting, match=variable) as error:
        load({variable: "1"})
    assert hint in str(error.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OPENLINES_DATA", ""),
        ("OPENLINES_PORT", "x"),
        ("OPENLINES_PORT", "70000"),
        ("OPENLINES_PUBLIC_URL", "chat.example.org"),
        ("OPENLINES_PUBLIC_URL", "https://chat.example.org/path"),
        ("OPENLINES_ROLES", "api,king"),
        ("OPENLINES_ROLES", ""),
        ("OPENLINES_DATABASE", "mysql://x"),
        ("OPENLINES_TRUSTED_PROXIES", "everybody"),
        ("OPENLINES_LOG_FORMAT", "xml"),
    ],
)
def test_values_that_cannot_be_meant_are_named(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        load({name: value})


@pytest.mark.parametrize(
    ("given", "field", "value"),
    [
        ({"OPENLINES_PUBLIC_URL": "https://chat.example.org/"}, "public_url", "https://chat.example.org"),
        ({"OPENLINES_ROLES": "api, workers"}, "roles", frozenset({"api", "workers"})),
        ({"OPENLINES_ROLES": "workers"}, "roles", frozenset({"workers"})),
        ({"OPENLINES_NODE": "one"}, "node_name", "one"),
    ],
)
def test_values_are_understood(given: dict[str, str], field: str, value: Any) -> None:
    assert getattr(load(given), field) == value


@pytest.mark.parametrize("port", [80000, -1])
def test_a_flag_is_looked_at_like_its_variable(port: int) -> None:
    with pytest.raises(BadSetting, match=r"--port='.*' must be a whole number from 0 to 65535"):
        load({}, port=port)


def test_a_password_in_an_address_is_not_repeated() -> None:
    with pytest.raises(BadSetting) as refused:
        load({"OPENLINES_DATABASE": "mysql://openlines:hunter2@db.example/openlines"})
    assert "hunter2" not in str(refused.value)
    assert "mysql://openlines:…@db.example/openlines" in str(refused.value)
