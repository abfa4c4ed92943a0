"""Kinds are found by their folders, and each keeps the promises of the contract."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from openlines import channels
from openlines.channels import registry
from openlines.channels.base import Manifest
from openlines.channels.fields import check, defaults, generated
from openlines.channels.website.phrases import PHRASES

KINDS = sorted(registry.manifests())
_FOLDERS = sorted(each.parent.name for each in Path(channels.__file__).parent.glob("*/__init__.py"))


def test_every_folder_is_a_kind() -> None:
    assert KINDS == _FOLDERS
    assert {"website", "telegram"} <= set(KINDS)


def test_an_unknown_kind_is_said_so() -> None:
    for ask in (registry.manifest, registry.channel):
        with pytest.raises(registry.UnknownKind):
            ask("pigeon_post")


def test_manifests_load_no_code() -> None:
    """The list of kinds is shown on every start-up path; clients and drivers are loaded when a channel is used."""
    words = (
        "import sys; from openlines.channels import registry; registry.manifests(); "
        "print([name for name in ('aiohttp', 'PIL', 'sqlalchemy') if name in sys.modules], "
        "[name for name in sys.modules if name.startswith('openlines.channels.') and name.endswith('.channel')])"
    )
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[] []"


@pytest.mark.parametrize("kind", KINDS)
def test_a_manifest_says_everything_in_both_languages(kind: str) -> None:
    found = registry.manifest(kind)
    words = [found.name, *found.guide, *found.troubles.values()]
    for field in found.fields:
        words += [field.label, field.help, *(label for _, label in field.choices)]
    for each in words:
        assert set(each) == {"ru", "en"}
        assert all(text.strip() for text in each.values())
    assert found.guide


@pytest.mark.parametrize("kind", KINDS)
def test_a_manifest_fits_together(kind: str) -> None:
    found = registry.manifest(kind)
    names = [field.name for field in found.fields]
    assert len(names) == len(set(names))
    for field in found.fields:
        if field.type == "choice":
            assert field.default in dict(field.choices)
        if field.generated:
            assert field.type == "secret"
    code = registry.channel(kind)
    able = found.capabilities
    assert (code is not None) == able.pushes
    if code is not None:
        assert code.manifest is found
        assert able.polls or able.webhooks
    # What a newcomer is given is accepted as it is, except what only he can know.
    checked = check(found.fields, defaults(found.fields), {}, kept=frozenset())
    required = {field.name for field in found.fields if field.required}
    assert {problem.field for problem in checked.problems} == required


def _checked(manifest: Manifest, **settings: object) -> list[tuple[str, str]]:
    done = check(manifest.fields, settings, {}, kept=frozenset({"token"}))
    return [(problem.field, problem.code) for problem in done.problems]


def test_settings_are_checked_field_by_field() -> None:
    website = registry.manifest("website")
    assert _checked(website) == []
    assert _checked(website, colour="#fff") == [("colour", "unknown_field")]
    assert _checked(website, accent="red") == [("accent", "bad_color")]
    assert _checked(website, position="top") == [("position", "unknown_value")]
    assert _checked(website, only_in_hours="yes") == [("only_in_hours", "wrong_type")]
    assert _checked(website, greeting_ru="x" * 141) == [("greeting_ru", "too_long")]
    assert _checked(website, greeting_ru=5) == [("greeting_ru", "wrong_type")]
    assert _checked(website, radius="5") == [("radius", "unknown_value")]
    assert _checked(website, allowed_origins=[f"https://a{n}.example" for n in range(101)]) == [
        ("allowed_origins", "too_many")
    ]
    assert _checked(website, allowed_origins="https://a.example") == [("allowed_origins", "wrong_type")]
    assert _checked(website, allowed_origins=["https://a.example", 5]) == [("allowed_origins.1", "wrong_type")]
    assert _checked(website, hours={"week": 5}) == [("hours", "bad_type")]
    week = [[{"from": "09:00", "to": "25:00"}], *[[]] * 6]
    assert _checked(website, hours={"week": week}) == [("hours.week.0.0.end", "bad_time")]
    assert _checked(website, hours={"week": [[]] * 7, "time_zone": "Mars/Phobos"}) == [
        ("hours.time_zone", "unknown_zone")
    ]
    telegram = registry.manifest("telegram")
    assert _checked(telegram, base_url="ftp://x") == [("base_url", "bad_url")]
    assert _checked(telegram, base_url="http://user:pass@x") == [("base_url", "bad_url")]
    assert _checked(telegram, base_url="http://127.0.0.1:8081") == []


def test_an_owner_puts_phrases_in_his_own_words() -> None:
    website = registry.manifest("website")
    given = {"welcome": " Ahoy! ", "status_answers_minutes": "In {n} min", "send": ""}
    done = check(website.fields, {"texts_en": given}, {}, kept=frozenset())
    assert not done.problems
    assert done.settings["texts_en"] == {"welcome": "Ahoy!", "status_answers_minutes": "In {n} min"}
    assert _checked(website, texts_en={"wellcome": "Hi"}) == [("texts_en.wellcome", "unknown_phrase")]
    assert _checked(website, texts_en={"welcome": "Hi {name}"}) == [("texts_en.welcome", "unknown_placeholder")]
    assert _checked(website, texts_ru={"welcome": "x" * 201}) == [("texts_ru.welcome", "too_long")]
    assert _checked(website, texts_ru={"welcome": 5}) == [("texts_ru.welcome", "wrong_type")]
    assert _checked(website, texts_ru=["Hi"]) == [("texts_ru", "wrong_type")]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_phrases_are_those_that_the_chat_says(language: str) -> None:
    source = Path(__file__).parents[2] / "web/widget/src/frame/words" / f"{language}.ts"
    said = dict(re.findall(r'^  (\w+):\s*"((?:[^"\\]|\\.)*)",$', source.read_text("utf-8"), re.MULTILINE))
    assert said == {name: words[language] for name, words in PHRASES.items()}


@pytest.mark.parametrize(
    "origin",
    ["https://example.com", "http://localhost:3000", "https://*.example.com", "https://пример.рф", "http://10.0.0.1"],
)
def test_origins_that_are_taken(origin: str) -> None:
    assert _checked(registry.manifest("website"), allowed_origins=[f" {origin} ", origin, ""]) == []


@pytest.mark.parametrize(
    "origin",
    ["example.com", "https://example.com/path", "https://*", "*", "https://a.*.com", "javascript:1", "https://-x."],
)
def test_origins_that_are_not(origin: str) -> None:
    assert _checked(registry.manifest("website"), allowed_origins=[origin]) == [("allowed_origins.0", "bad_pattern")]


def test_who_is_refused_is_shown_what_would_be_taken() -> None:
    for kind in registry.manifests().values():
        for field in kind.fields:
            assert bool(field.pattern) == bool(field.example), field.name
            assert re.fullmatch(field.pattern, field.example), field.name


def test_secrets_are_checked_and_kept_apart() -> None:
    fields = registry.manifest("telegram").fields
    token = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"
    good = check(fields, {}, {"token": f" {token}\n"}, kept=frozenset())
    assert good.secrets == {"token": token}
    assert good.settings == {"base_url": "https://api.telegram.org"}
    assert not good.problems
    unchanged = check(fields, {}, {"token": ""}, kept=frozenset({"token"}))
    assert (unchanged.secrets, unchanged.problems) == ({}, ())
    assert [each.code for each in check(fields, {}, {}, kept=frozenset()).problems] == ["required"]
    for wrong in ("123:short", token + "!", "0" + token, "https://t.me/shop_bot"):
        assert [each.code for each in check(fields, {}, {"token": wrong}, kept=frozenset()).problems] == ["bad_pattern"]
    # What is made by us is not taken from others.
    forged = check(fields, {"token": token}, {"webhook_secret": "x"}, kept=frozenset({"token"}))
    assert [(each.field, each.code) for each in forged.problems] == [
        ("token", "unknown_field"),
        ("webhook_secret", "unknown_field"),
    ]
    assert generated(fields) == ("webhook_secret",)
    assert generated(registry.manifest("website").fields) == ("identity_key",)
