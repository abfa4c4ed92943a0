"""The table in the docstring of the state machine, against the machine."""

from collections import defaultdict
from typing import get_args

import pytest

from openlines.core import conversation
from openlines.core.inputs import Given
from openlines.core.state import STATES
from tests.core.cases import QUICK, Walked, walks

Table = dict[tuple[str, str], set[str]]


def promised() -> Table:
    """(input, state) → what the docstring says of it."""
    lines = (conversation.__doc__ or "").splitlines()
    start = next(number for number, line in enumerate(lines) if line.split()[:1] == ["input"])
    states = lines[start].split()[1:]
    table: Table = {}
    for line in lines[start + 1 :]:
        cells = line.split()
        if cells:
            assert len(cells) == 1 + len(states), f"not one cell for each state: {line}"
            table |= {(cells[0], state): set(cell.split(",")) for state, cell in zip(states, cells[1:], strict=True)}
    return table


def observed(taken: Walked) -> str:
    if taken.refused is not None:
        return f"!{taken.refused}"
    assert taken.after is not None
    if taken.after.state != taken.before.state:
        return taken.after.state
    # `due_at` set right and a new version are no change of the case.
    same = taken.after._replace(due_at=None, version=0) == taken.before._replace(due_at=None, version=0)
    return "–" if same else "="


@pytest.fixture(scope="module")
def happened() -> Table:
    """Thousands of random walks, the same ones each time."""
    table: Table = defaultdict(set)
    for taken in walks(20, 2500):
        table[type(taken.given).__name__, taken.before.state].add(observed(taken))
    return table


def test_there_is_a_cell_for_every_input_in_every_state() -> None:
    names = {each.__name__ for each in get_args(Given)}
    assert set(promised()) == {(name, state) for name in names for state in STATES}


def test_the_machine_answers_every_input() -> None:
    assert set(conversation._TABLE) == set(get_args(Given))


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", [each.__name__ for each in get_args(Given)])
def test_every_cell_is_true_and_complete(happened: Table, name: str, state: str) -> None:
    """All that the cell promises was seen, and nothing else (`=` allows that nothing had to be changed)."""
    promise, seen = promised()[name, state], happened[name, state]
    assert QUICK or promise - seen == set(), "promised but never seen"
    assert seen - promise - ({"–"} if "=" in promise else set()) == set(), "seen but not promised"
