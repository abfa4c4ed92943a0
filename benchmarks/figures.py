"""Figures with what was promised of them; the table and the file that they end in."""

import json
from pathlib import Path
from typing import Literal, NamedTuple

GOALS: dict[str, tuple[Literal["least", "most"], float]] = {
    "ingest_sqlite": ("least", 3000),
    "ingest_sqlite_8": ("least", 2000),
    "ingest_sqlite_8_p99": ("most", 15),
    "ingest_sqlite_of_raw": ("least", 0.15),
    "ingest_postgres": ("least", 2000),
    "push_p99_50": ("most", 5),
    "push_p99_500": ("most", 25),
    "route_new": ("least", 1500),
    "route_new_postgres": ("least", 500),
    "route_growth": ("most", 1.3),
    "slot_to_offer_p99": ("most", 50),
    "timer_lateness_p99": ("most", 100),
    "timer_lateness_burst": ("most", 1000),
    "socket_kb": ("most", 30),
    "idle_mb": ("most", 120),
    "start_s": ("most", 1.5),
    "widget_loader_gz": ("most", 5000),
    "widget_frame_gz": ("most", 25000),
}


class Figure(NamedTuple):
    """`limit` is the raw limit measured in the same run, or the goal's bound; `note` says what else was seen."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    note: str = ""

    @property
    def met(self) -> bool:
        which, bound = GOALS[self.name]
        return self.value >= bound if which == "least" else self.value <= bound

    def line(self) -> str:
        which, bound = GOALS[self.name]
        sign = "≥" if which == "least" else "≤"
        said = f"{self.name:<22}{short(self.value):>9} {self.unit:<6} goal {sign} {short(bound):<7}"
        limit = f" limit {short(self.limit)}, ratio {self.value / self.limit:.2f}" if self.limit else ""
        return f"{said}{'met   ' if self.met else 'MISSED'}{limit}{'  ' + self.note if self.note else ''}"

    def record(self) -> dict[str, float | str]:
        limit = self.limit or GOALS[self.name][1]
        return {
            "value": round(self.value, 4),
            "unit": self.unit,
            "limit": round(limit, 4),
            "ratio": round(self.value / limit, 4),
        }


def short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def write(path: Path, figures: list[Figure]) -> dict[str, dict[str, float | str]]:
    """What was measured now replaces what the file says of the same names; the rest stays. Returns all of it."""
    known = json.loads(path.read_text()) if path.exists() else {}
    known.update({figure.name: figure.record() for figure in figures})
    ordered = {name: known[name] for name in GOALS if name in known}
    path.write_text(json.dumps(ordered, indent=2) + "\n")
    return ordered
