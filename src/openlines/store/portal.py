"""The portal itself: its one row."""

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import insert, select, update

from openlines.store.statement import Statement
from openlines.store.tables import portals
from openlines.store.tx import Reader, Tx

PORTAL = 1  # one database, one organisation


class Portal(NamedTuple):
    name: str
    language: str
    time_zone: str
    settings: dict[str, Any]
    epoch: str
    setup_hash: str | None  # of the one-time set-up token; None once the portal is set up
    created_at: int


_THE_ROW = Statement(
    select(
        portals.c.name,
        portals.c.language,
        portals.c.time_zone,
        portals.c.settings,
        portals.c.epoch,
        portals.c.setup_hash,
        portals.c.created_at,
    ).where(portals.c.id == PORTAL)
)
_LOCK = Statement(select(portals.c.id).where(portals.c.id == PORTAL).with_for_update())
_ADD = Statement(insert(portals))
_CHANGE = Statement(update(portals).where(portals.c.id == PORTAL))
_OPEN_SETUP = Statement(update(portals).where(portals.c.id == PORTAL, portals.c.setup_hash.is_not(None)))


def the_portal(reader: Reader) -> Portal | None:
    """The portal's row; None in a database that no server has opened yet."""
    row = reader.one(_THE_ROW)
    return None if row is None else Portal._make((*row[:3], msgspec.json.decode(row[3]), *row[4:]))


def lock(tx: Tx) -> None:
    """What the whole portal may have once only is decided by one at a time, until this transaction ends."""
    tx.one(_LOCK)


def add_portal(tx: Tx, *, epoch: str, setup_hash: str) -> None:
    """The first row, before anybody has set the portal up."""
    tx.run(_ADD, id=PORTAL, epoch=epoch, setup_hash=setup_hash, created_at=tx.now)


def change_portal(tx: Tx, **columns: Any) -> None:
    """Set some columns; `settings` as a dict."""
    if "settings" in columns:
        columns["settings"] = msgspec.json.encode(columns["settings"]).decode()
    tx.run(_CHANGE, **columns)


def new_setup_token(tx: Tx, setup_hash: str) -> bool:
    """Replace the one-time token; False when the portal is set up already."""
    return tx.changed(_OPEN_SETUP, setup_hash=setup_hash) == 1
