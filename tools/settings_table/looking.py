"""Where a setting of a line is: on which tab, in which words, who reads it, which tests name it.

Everything is found in the sources: the settings in core/line.py, the tabs' rows and words in the workspace, readers as
attributes of something called settings, tests as functions that name the setting. A setting that is in one of these
places only by accident of spelling (a test that lists every field, the code that checks bounds) does not count.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from openlines.core.line import FormField, InactivityButton, InactivityMessage, KpiNotice, LineSettings, SpecialDays
from openlines.services.lines import new_settings

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "openlines"
TESTS = ROOT / "tests"
LINE_PAGE = ROOT / "web" / "workspace" / "src" / "components" / "settings" / "line"
WORDS = ROOT / "web" / "workspace" / "src" / "i18n" / "line"

TABS = ("queue", "hours", "automatic", "quality", "kpi", "consent")
# The tab of bots comes with the bots; until then these are settings without a control.
LATER = frozenset({"bot_id", "bot_when", "bot_time"})

# What stands inside a setting that is a list or a notice: its shape, the components of its control, its readers.
PARTS: Mapping[str, tuple[type, tuple[str, ...], tuple[str, ...]]] = {
    "exceptions": (SpecialDays, ("ExceptionsEditor",), ("core/schedule.py",)),
    "inactivity": (InactivityMessage, ("InactivityEditor",), ("core/inactivity.py", "services/wording.py")),
    "inactivity.buttons": (InactivityButton, ("InactivityButtons",), ("core/inactivity.py", "services/wording.py")),
    "kpi_first_notice": (KpiNotice, ("KpiNoticeEditor",), ("core/kpi.py", "services/kpi.py")),
    "form_fields": (FormField, ("FormEditor", "FormChoices"), ("services/forms.py",)),
}
# A name for people, kept with the dates and shown with them; no rule depends on it.
_ONLY_SHOWN = frozenset({"exceptions.name"})

# Names by which code holds a line's settings. `rules.limit` and `c.limit` are different things.
_HOLDERS = frozenset({"s", "settings", "rules"})
# Bounds, shapes and copies of settings: they read every field, whatever it does.
_NOT_READERS = frozenset({"core/line.py", "core/line_problems.py", "services/line_settings.py"})
_NOT_READING = ("demo/", "store/migrations/", "api/words/")
_NOT_PROOFS = frozenset({"test_line.py", "test_line_problems.py", "test_line_settings.py", "test_settings_table.py"})


@dataclass(frozen=True)
class Place:
    """One setting and everything that was found of it; `default` is what a new line has."""

    name: str
    default: Any
    tab: str
    kind: str
    component: str
    readers: tuple[str, ...]
    tests: tuple[str, ...]


def places() -> list[Place]:
    """Every setting, in the order of the tabs and of their rows; those without a row at the end."""
    tab_of = {name: (tab, kind) for tab in TABS for name, kind in rows(tab).items()}
    known, new = {each.name: each for each in fields(LineSettings)}, new_settings("")
    order = [*(name for name in tab_of if name in known), *(name for name in known if name not in tab_of)]
    readers, tests = _readers(), _tests()
    return [
        Place(
            name,
            getattr(new, name),
            *tab_of.get(name, ("", "")),
            _component(name, tab_of[name][0]) if name in tab_of else "",
            tuple(_shown(readers.get(name, ()))),
            tuple(_shown(tests.get(name, ()))),
        )
        for name in order
    ]


def parts() -> list[Place]:
    """What stands inside settings, in the order of `PARTS`: "kpi_first_notice.steps"."""
    found = []
    for parent, (shape, editors, files) in PARTS.items():
        setting = parent.partition(".")[0]
        for field in fields(shape):
            name = f"{parent}.{field.name}"
            readers = () if name in _ONLY_SHOWN else _part_readers(field.name, files)
            tests = _part_tests(setting, field.name)
            found.append(Place(name, _default(field), "", "part", _editor(field.name, editors), readers, tests))
    return found


def is_only_shown(place: Place) -> bool:
    """Whether nothing need read it."""
    return place.name in _ONLY_SHOWN


def _editor(name: str, editors: Iterable[str]) -> str:
    control = re.compile(rf"""\b{name}:|\.{name}\b|["'(]{name}["']""")
    return next((f"{each}.vue" for each in editors if control.search((LINE_PAGE / f"{each}.vue").read_text())), "")


def _part_readers(name: str, files: Iterable[str]) -> tuple[str, ...]:
    taken = (
        f"{file}:{function}"
        for file in files
        for function, node in _nodes(PACKAGE / file)
        if isinstance(node, ast.Attribute) and node.attr == name and "problem" not in function
    )
    return tuple(dict.fromkeys(taken))


def _part_tests(setting: str, name: str) -> tuple[str, ...]:
    """Tests that name the part in a file that names the setting; else those files whose tables do."""
    found: set[str] = set()
    files: set[str] = set()
    for path in sorted(TESTS.rglob("test_*.py")):
        if path.name in _NOT_PROOFS or setting not in path.read_text():
            continue
        where = path.relative_to(ROOT).as_posix()
        for function, node in _nodes(path):
            if name in _given(node) and function.rpartition(".")[2].startswith("test"):
                found.add(f"{where}::{function}")
            elif name in _given(node):
                files.add(where)
    return tuple(_shown(found or files))


def _default(field: "Field[Any]") -> Any:
    if field.default is MISSING and field.default_factory is MISSING:
        return None
    return field.default_factory() if field.default_factory is not MISSING else field.default


# ---------------------------------------------------------------- the page


def rows(tab: str) -> dict[str, str]:
    """The settings of a tab and the kind of value of each, in the order of the page."""
    text = (LINE_PAGE / "rows" / f"{tab}.ts").read_text()
    block = text.partition("export const rows = {")[2].partition("} as const")[0]
    return dict(re.findall(r'^\s*(\w+): "(\w+)"', block, re.MULTILINE))


def _component(name: str, tab: str) -> str:
    """The component of the page in which the control stands: the tab's own, else another one that names it."""
    own = LINE_PAGE / f"{tab.title() if tab != 'kpi' else 'Kpi'}Tab.vue"
    others = sorted(path for path in LINE_PAGE.rglob("*.vue") if path != own)
    control = re.compile(rf"""part="{name}"|settings\.{name}\b|["']{name}["']""")
    for path in (own, *others):
        if path.exists() and control.search(path.read_text()):
            return path.relative_to(LINE_PAGE).as_posix()
    return ""


@cache
def words(language: str) -> Mapping[str, str]:
    """The words of all tabs by their keys: l_ label, h_ help, o_ value, z_ what zero means."""
    found: dict[str, str] = {}
    for path in sorted(WORDS.glob(f"*.{language}.ts")):
        for key, text in re.findall(r'^\s*(\w+):\s*"((?:[^"\\]|\\.)*)"', path.read_text(), re.MULTILINE):
            found[key] = text.replace('\\"', '"')
    return found


# ---------------------------------------------------------------- the code


def _readers() -> dict[str, set[str]]:
    names = {each.name for each in fields(LineSettings)}
    found: dict[str, set[str]] = {}
    by_name: dict[str, set[str]] = {}  # "rating_question": taken with a name that is looked up or put together
    for path in sorted(PACKAGE.rglob("*.py")):
        where = path.relative_to(PACKAGE).as_posix()
        if where in _NOT_READERS or where.startswith(_NOT_READING):
            continue
        for function, name in _taken(path, names):
            found.setdefault(name, set()).add(f"{where}:{function}")
        for name in _spelled(path, names):
            by_name.setdefault(name, set()).add(where)
    return {name: found.get(name) or by_name.get(name, set()) for name in names}


def _taken(path: Path, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(function, setting) of each place that takes a setting from something that holds settings."""
    for function, node in _nodes(path):
        if isinstance(node, ast.Attribute) and node.attr in names and _holds_settings(node.value):
            yield function, node.attr


def _spelled(path: Path, names: Iterable[str]) -> Iterator[str]:
    for _, node in _nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (name for name in (node.value, f"{node.value}_2") if name in names)


def _holds_settings(value: ast.expr) -> bool:
    last = value.attr if isinstance(value, ast.Attribute) else value.id if isinstance(value, ast.Name) else ""
    return last in _HOLDERS


@cache
def _nodes(path: Path) -> Sequence[tuple[str, ast.AST]]:
    """What a file is made of, read once."""
    return list(_inside(ast.parse(path.read_text())))


def _inside(tree: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Every node in the order of the file, with the name of what it is in: a function of the module, or
    "Class.method"."""
    waiting = [(node, "") for node in ast.iter_child_nodes(tree)][::-1]
    while waiting:
        node, function = waiting.pop()
        inner = function
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            in_class = function.endswith(".")
            inner = f"{function}{node.name}" if in_class else function or node.name
            inner += "." if isinstance(node, ast.ClassDef) and not function else ""
        yield inner.rstrip("."), node
        waiting += [(child, inner) for child in ast.iter_child_nodes(node)][::-1]


# ---------------------------------------------------------------- the tests


def _tests() -> dict[str, set[str]]:
    names = {each.name for each in fields(LineSettings)}
    found: dict[str, set[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        if path.name in _NOT_PROOFS:
            continue
        where = path.relative_to(ROOT).as_posix()
        for function, name in _named(path, names):
            found.setdefault(name, set()).add(f"{where}::{function}")
    return found


def _named(path: Path, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(test, setting): given as an argument or as a key, by a test."""
    for function, node in _nodes(path):
        if function.rpartition(".")[2].startswith("test"):
            yield from ((function, each) for each in _given(node) if each in names)


def _given(node: ast.AST) -> list[str]:
    """The names under which this node gives values: of an argument, of the keys of a dictionary."""
    if isinstance(node, ast.keyword):
        return [node.arg] if node.arg is not None else []
    keys = node.keys if isinstance(node, ast.Dict) else []
    return [each.value for each in keys if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def _shown(found: Iterable[str]) -> list[str]:
    """What says most first: rules before their users, the mission's own rows before other tests."""
    return sorted(found, key=lambda each: (_rank(each), each))


def _rank(place: str) -> int:
    order = ("core/", "services/", "channels/", "realtime/", "store/", "api/", "tests/seed/", "tests/services/")
    return next((rank for rank, start in enumerate(order) if place.startswith(start)), len(order))
