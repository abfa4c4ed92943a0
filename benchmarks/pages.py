"""The figures in the documentation, in both languages: the rows of its tables, and nothing else of its pages."""

import re
from pathlib import Path
from typing import Any

from benchmarks.figures import GOALS, short

DOCS = Path(__file__).parent.parent / "docs"
PAGES = {"performance.md": ("met", "missed"), "performance.ru.md": ("достигнуто", "нет")}
_ROW = re.compile(r"^\| `(\w+)` \| .*$", re.MULTILINE)


def put(latest: dict[str, Any], docs: Path = DOCS) -> None:
    """Writes what `latest` (the content of latest.json) has measured into the rows of the pages."""
    for name, words in PAGES.items():
        page = docs / name
        text = page.read_text()
        page.write_text(_ROW.sub(lambda found, words=words: _row(found, latest, words), text))  # type: ignore[misc]


def _row(found: re.Match[str], latest: dict[str, Any], words: tuple[str, str]) -> str:
    name = found[1]
    if name not in latest or name not in GOALS:
        return found[0]
    which, bound = GOALS[name]
    value, unit = latest[name]["value"], latest[name]["unit"]
    met = value >= bound if which == "least" else value <= bound
    sign = "≥" if which == "least" else "≤"
    measured = f"{short(value)} {unit}".strip()
    return f"| `{name}` | {measured} | {sign} {short(bound)} | {words[0] if met else words[1]} |"
