"""What a visitor's browser loads, compressed."""

import gzip
import re
from pathlib import Path

import openlines
from benchmarks.figures import Figure
from benchmarks.setting import Setting

_BUILT = Path(openlines.__file__).parent / "web" / "widget"


def widget(setting: Setting) -> list[Figure]:
    """The loader that every page of the site carries, and everything that opening the chat adds."""
    del setting
    page = (_BUILT / "frame.html").read_bytes()
    names = re.findall(rb'(?:src|href)="[^"]*?(assets/[^"]+)"', page)
    parts = [page, *((_BUILT / name.decode()).read_bytes() for name in dict.fromkeys(names))]
    return [
        Figure("widget_loader_gz", len(gzip.compress((_BUILT / "widget.js").read_bytes())), "B"),
        Figure("widget_frame_gz", sum(len(gzip.compress(part)) for part in parts), "B", note=f"{len(parts)} files"),
    ]
