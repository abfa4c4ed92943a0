"""Which failures are of the store as a whole, so that whoever works waits, and which of one call alone."""

import pytest

from openlines.store import store_failed
from openlines.store.errors import (
    CommitUnknown,
    ConnectionLost,
    ConstraintFailed,
    Contention,
    StatementFailed,
    StoreBusy,
    StoreClosed,
    StoreFailed,
    StoreFull,
    StoreUnavailable,
)


@pytest.mark.parametrize(
    "kind",
    [
        CommitUnknown,
        ConnectionLost,
        Contention,
        StoreBusy,
        StoreClosed,
        StoreFailed,
        StoreFull,
        StoreUnavailable,
    ],
)
def test_the_store_itself_could_not(kind: type[Exception]) -> None:
    assert store_failed(kind("words"))


@pytest.mark.parametrize("kind", [ConstraintFailed, StatementFailed, ZeroDivisionError, LookupError])
def test_it_was_this_call(kind: type[Exception]) -> None:
    assert not store_failed(kind("words"))
