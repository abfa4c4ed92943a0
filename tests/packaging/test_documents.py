"""The documents name only what exists: files, settings, commands; and say it in both languages."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from openlines import cli, config
from openlines.store.wire import OLDEST_SERVER

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "compose.yaml", ROOT / "Dockerfile"])
# Written for those who run or use openlines, hence in both languages; the rest is for developers.
FOR_DEVELOPERS = {"CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md"}
MARKDOWN = [path for path in DOCUMENTS if path.suffix == ".md"]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


FOR_USERS = [path for path in MARKDOWN if _name(path) not in FOR_DEVELOPERS and "docs/adr/" not in _name(path)]


@pytest.mark.parametrize("document", MARKDOWN, ids=_name)
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", document.read_text())
    broken = [link for link in links if not (document.parent / link).exists()]
    assert not broken


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_setting_that_is_named_exists(document: Path) -> None:
    named = set(re.findall(r"\bOPENLINES_[A-Z_]+\b", document.read_text()))
    known = {config.PREFIX + name.upper() for name in config.KNOWN} | {config.LANGUAGE, "OPENLINES_TEST_WITHOUT"}
    assert named <= known


def test_a_newcomer_is_told_to_make_the_tools_before_he_is_told_to_use_them() -> None:
    """`make run` and `make demo` bring what runs; pytest, ruff and mypy come with `make env`."""
    told = (ROOT / "CONTRIBUTING.md").read_text()
    assert -1 < told.find("make env") < min(told.find(f".venv/bin/{each}") for each in ("pytest", "ruff"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_command_that_is_named_exists(document: Path) -> None:
    text = document.read_text()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z]+)\b", text, re.MULTILINE)) <= targets
    commands = getattr(get_command(cli.app), "commands", {})
    assert set(re.findall(r"(?:`|/)openlines ([a-z]+)\b", text)) <= set(commands)


@pytest.mark.parametrize("document", FOR_USERS, ids=_name)
def test_what_users_read_is_there_in_both_languages(document: Path) -> None:
    name = _name(document)
    twin = name.replace(".ru.md", ".md") if name.endswith(".ru.md") else name.replace(".md", ".ru.md")
    other = ROOT / twin
    assert other.exists()
    # The same examples in the same order. Words within them are translated; what one types or copies is not.
    mine, theirs = _examples(document), _examples(other)
    assert [language for language, _ in mine] == [language for language, _ in theirs]
    copied = {"sh", "ini", "nginx"}
    assert [text for kind, text in mine if kind in copied] == [text for kind, text in theirs if kind in copied]


def _examples(document: Path) -> list[tuple[str, str]]:
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", document.read_text(), re.MULTILINE | re.DOTALL)
    return [(language, re.sub(r"\s*#.*", "", text)) for language, text in blocks]


PRODUCTION = (ROOT / "docs/production.md", ROOT / "docs/production.ru.md")


@pytest.mark.parametrize("document", PRODUCTION, ids=_name)
def test_every_setting_of_the_process_stands_in_the_table_with_its_default(document: Path) -> None:
    rows = re.findall(r"^\| `OPENLINES_(\w+)` \| (.+?) \| .+ \|$", document.read_text(), re.MULTILINE)
    told = dict(rows)
    assert [name for name, _ in rows] == [*(name.upper() for name in config.KNOWN), "LANGUAGE"]
    fresh = config.Config()
    for name in config.KNOWN:
        value = getattr(fresh, name)
        if value == "":
            continue  # made of other settings, or none: told in words
        # Networks and roles are written as one types them: what is told means what holds.
        assert config.load({f"OPENLINES_{name.upper()}": told[name.upper()].strip("`")}) == fresh, name


@pytest.mark.parametrize("document", PRODUCTION, ids=_name)
def test_the_oldest_postgresql_is_the_one_that_is_asked_for(document: Path) -> None:
    (told,) = re.findall(r"^(?:Version|Версия) (\d+) ", document.read_text(), re.MULTILINE)
    assert int(told) == OLDEST_SERVER


@pytest.mark.parametrize("document", PRODUCTION, ids=_name)
def test_every_figure_that_is_named_is_shown_by_the_metrics_page(document: Path) -> None:
    source = "".join(path.read_text() for path in (ROOT / "src/openlines").rglob("*.py"))
    parts = re.findall(r"f\"openlines_\{part\}_(\w+)\"", source)
    shown = {*re.findall(r"\"(openlines_[a-z_]+)\"", source), "openlines_store_writer_", "openlines_store_reader_"}
    shown |= {f"openlines_{part}_{name}" for part in ("inbox", "deliveries") for name in parts}
    named = set(re.findall(r"`(openlines_[a-z_]+)", document.read_text()))
    assert len(named) > 10
    assert {name.removesuffix("_total") for name in named} <= shown
