"""Calls of one group side by side, where each answer is a network away (PostgreSQL).

A call runs in a greenlet of its own until it needs an answer; then the next one runs, and each goes on when its answer
is here, in the order in which they asked. So a group costs as many trips as its longest call, not as many as all of
them, and the server works on the first while the last are made. What could go wrong between any two lines, and why
nothing is lost:

* Two calls read before either writes. Two nodes do that to one another all the time, so every use case guards what
  it saw by versions and unique keys; a missed guard spoils the group, whose calls are run again one by one.
* A lock keeps nobody out within one transaction. So only calls come here that say what they are about, no two about
  the same, and whoever locks rows says nothing and is alone.
* A statement fails: the transaction is lost to all. Those who wait are ended where they stand, nothing is kept.
* A call refuses before it has written: that is its answer, and the others go on. After: the group is spoiled.
* Events, wakes and pokes stay with their call until all have ended, and join the group's in the order of the calls.
"""

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from greenlet import GreenletExit, getcurrent, greenlet

from openlines.store.calls import Call


def side_by_side(
    calls: Sequence[Call], begin: Callable[[Callable[[int], Any]], Any], fetch: Callable[[int], Any]
) -> None:
    """Carries out `calls`, each on what `begin` makes of the way to wait until a number of answers have come.

    `fetch` waits for so many, and raises when there are none; so does this. What the calls raise is theirs.
    """
    home = getcurrent()
    strands = [greenlet(partial(_run, call, begin(home.switch))) for call in calls]
    try:
        waiting = deque((strand, strand.switch()) for strand in strands)
        while waiting:
            strand, until = waiting.popleft()
            if not strand.dead:
                fetch(until)
                waiting.append((strand, strand.switch()))
    finally:
        for strand in strands:
            if not strand.dead:
                strand.throw(GreenletExit)


def _run(call: Call, tx: Any) -> None:
    call.error = None
    try:
        call.result = call.use_case(tx, *call.args, **call.kwargs)
    except GreenletExit:
        raise
    except BaseException as error:  # noqa: BLE001 - it is the answer to this call
        call.error = error
