"""What the store says when it cannot do what was asked. An edge words these; nothing here is shown as it is."""


class StoreError(Exception):
    """Any failure of the store itself, as against a refusal by a use case."""

    sqlstate = ""  # PostgreSQL's word for it, where the server gave one


class StoreUnavailable(StoreError):
    """The call was not carried out and may be repeated after `retry_after` seconds."""

    def __init__(self, message: str, *, retry_after: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StoreBusy(StoreUnavailable):
    """The queue of calls is full; the call never entered it."""


class StoreClosed(StoreUnavailable):
    """The store is closing or closed; the call never entered its queue."""


class StoreFull(StoreUnavailable):
    """No room on the disk. Nothing of the call was kept."""


class StoreFailed(StoreUnavailable):
    """Reading or writing the disk failed. Nothing of the call was kept."""


class Transient(StoreUnavailable):
    """Nothing of the call was kept, for a reason that has often gone at the next attempt (and is tried again)."""


class Contention(Transient):
    """Others held what the call needed: a deadlock, a lock that did not come free, a serialization failure."""


class ConnectionLost(Transient):
    """The database went away before COMMIT was sent."""


class CommitUnknown(StoreError):
    """The connection was lost during COMMIT: the call was carried out entirely or not at all, and nobody can say which.

    Whoever made the call may make it again, because calls carry what makes a repeat recognisable.
    """


class ConstraintFailed(StoreError):
    """A row breaks a rule of the schema (unique, foreign key, not null). Nothing of the call was kept."""


class StatementFailed(StoreError):
    """The database refused a statement: a mistake in the program, not in the data."""


class StoreInUse(StoreError):
    """Another process has the folder of the portal open."""

    def __init__(self, folder: str, pid: int | None) -> None:
        by = "another process" if pid is None else f"process {pid}"
        super().__init__(f"The portal in {folder} is open in {by}. One process at a time may use a portal's folder.")
        self.folder = folder
        self.pid = pid


class SchemaBehind(StoreError):
    """The database is older than the program and is not migrated by itself."""

    def __init__(self, found: str | None, wanted: str) -> None:
        state = "has no tables yet" if found is None else f"is at version {found}"
        super().__init__(
            f"The database {state}, this program needs {wanted}. Run `openlines migrate`, then start again."
        )
        self.found = found
        self.wanted = wanted


class ServerTooOld(StoreError):
    """PostgreSQL answers, and is older than what everything here is tested on."""

    def __init__(self, found: int, wanted: int) -> None:
        super().__init__(f"PostgreSQL {wanted} or newer is needed, and this is {found}.")
        self.found = found
        self.wanted = wanted


class NotADatabase(StoreError):
    """The file is no database, or a damaged one."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} is not a database of openlines, or it is damaged.")
        self.path = path


class BadAddress(StoreError):
    """The address of a database cannot be understood."""

    def __init__(self) -> None:
        super().__init__(
            "The address of the database cannot be understood. It is written like postgresql://user:password@host/name."
        )


def store_failed(problem: BaseException) -> bool:
    """Whether the store as a whole could not do it, so that whoever works waits, since all of his work would fail.

    What a constraint or the database refuses is of this one call, of its rows and its statement: the store is well,
    everybody else's calls go through, and this one would fail again. It is put aside, as after a mistake of our own.
    """
    return isinstance(problem, StoreError) and not isinstance(problem, (ConstraintFailed, StatementFailed))
