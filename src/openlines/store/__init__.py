"""Tables, one repository per aggregate, the two engines, the event log, migrations."""

from openlines.store import tables
from openlines.store.errors import (
    BadAddress,
    CommitUnknown,
    ConstraintFailed,
    NotADatabase,
    SchemaBehind,
    ServerTooOld,
    StoreBusy,
    StoreClosed,
    StoreError,
    StoreFull,
    StoreInUse,
    StoreUnavailable,
    store_failed,
)
from openlines.store.opening import migrate, open_store, same_database
from openlines.store.statement import Statement
from openlines.store.store import Store, StoreStats
from openlines.store.tx import Commit, Reader, Tx

__all__ = [
    "BadAddress",
    "Commit",
    "CommitUnknown",
    "ConstraintFailed",
    "NotADatabase",
    "Reader",
    "SchemaBehind",
    "ServerTooOld",
    "Statement",
    "Store",
    "StoreBusy",
    "StoreClosed",
    "StoreError",
    "StoreFull",
    "StoreInUse",
    "StoreStats",
    "StoreUnavailable",
    "Tx",
    "migrate",
    "open_store",
    "same_database",
    "store_failed",
    "tables",
]
