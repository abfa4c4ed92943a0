"""What a person leaves out of a run on purpose: OPENLINES_TEST_WITHOUT=chromium,postgres."""

import os

VARIABLE = "OPENLINES_TEST_WITHOUT"
# What can be left out, and the mark of the tests that then do not run.
MARKS = {"chromium": "browser", "postgres": "postgres"}


def left_out() -> tuple[str, ...]:
    """The names, sorted. Raises ValueError with words for an unknown name, and under CI for any."""
    names = sorted({name.strip() for name in os.environ.get(VARIABLE, "").split(",")} - {""})
    unknown = [name for name in names if name not in MARKS]
    if unknown:
        message = f"{VARIABLE} knows {' and '.join(MARKS)}, not {', '.join(unknown)}."
        raise ValueError(message)
    if names and os.environ.get("CI", "").lower() not in {"", "0", "false"}:
        message = f"{VARIABLE}={','.join(names)} is refused under CI: there, everything is tested."
        raise ValueError(message)
    return tuple(names)
