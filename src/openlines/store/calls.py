"""A use case that waits to be carried out, and what carrying it out means."""

import asyncio
from collections.abc import Callable
from typing import Any

from openlines.store.errors import Transient
from openlines.store.tx import Tx


class Call:
    """One use case that waits to be carried out, and what came of it."""

    __slots__ = ("about", "args", "error", "future", "kwargs", "result", "use_case")

    def __init__(
        self,
        future: asyncio.Future[Any] | None,
        use_case: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        about: str | int | None,
    ) -> None:
        self.future = future
        self.about = about
        self.use_case = use_case
        self.args = args
        self.kwargs = kwargs
        self.result: Any = None
        self.error: BaseException | None = None

    def settle(self) -> None:
        """Answers the caller, unless he has gone. Runs in the loop, once."""
        # An error knows the frames it came through, and they know this call: without its future it closes no circle.
        future, error = self.future, self.error
        self.future = self.error = None
        if future is None or future.done():
            return
        if error is None:
            future.set_result(self.result)
        else:
            future.set_exception(error)


class Spoiled(Exception):
    """The group's transaction cannot be committed; `cause` is why."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__()
        self.cause = cause


def carry_out(tx: Tx, call: Call) -> None:
    """Runs a call; a refusal before its first write is its answer, anything else that raises spoils the group."""
    mark = tx.mark()
    call.error = None
    try:
        call.result = call.use_case(tx, *call.args, **call.kwargs)
    except BaseException as error:  # noqa: BLE001 - it is the answer to this call
        if isinstance(tx.failure, Transient):
            raise Spoiled(tx.failure) from None
        if tx.failure is not None or tx.wrote_since(mark):
            raise Spoiled(error) from None
        tx.forget_since(mark)
        call.error = error
    if tx.failure is not None:
        raise Spoiled(tx.failure)
