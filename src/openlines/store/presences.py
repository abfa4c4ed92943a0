"""Connections of people, by node, and the nodes' leases.

A node whose lease ran out is buried: `leased_until` is then the instant of that, negative. What it had counted stays
for a day, counting for nobody. It may have been only out of reach of the database, with all of its people still
connected to it, and then it comes back with them.
"""

from sqlalchemy import and_, bindparam, delete, func, insert, literal_column, select, update

from openlines.core.line import DAY
from openlines.store.statement import Statement
from openlines.store.tables import nodes, presences
from openlines.store.tx import Reader, Tx

_CHANGE = Statement(
    update(presences)
    .where(presences.c.user_id == bindparam("of_user"), presences.c.node == bindparam("of_node"))
    .values(connections=presences.c.connections + bindparam("more", type_=presences.c.connections.type))
)
_ADD = Statement(insert(presences))
_DROP_EMPTY = Statement(
    delete(presences).where(
        presences.c.user_id == bindparam("of_user"),
        presences.c.node == bindparam("of_node"),
        presences.c.connections <= literal_column("0"),
    )
)
_ALIVE = Statement(
    select(func.count())
    .select_from(presences.join(nodes, nodes.c.id == presences.c.node))
    .where(
        presences.c.user_id == bindparam("user_id"),
        presences.c.connections > literal_column("0"),
        nodes.c.leased_until > bindparam("now"),
    )
)
_KEPT = DAY  # what a buried node had counted
_RENEW = Statement(update(nodes).where(nodes.c.id == bindparam("of_id"), nodes.c.leased_until > literal_column("0")))
_RISE = Statement(update(nodes).where(nodes.c.id == bindparam("of_id")))
_ADD_NODE = Statement(insert(nodes))
_ENDED = and_(nodes.c.leased_until > literal_column("0"), nodes.c.leased_until <= bindparam("now"))
_DEAD = Statement(select(nodes.c.id).where(_ENDED))
_BURY = Statement(
    update(nodes)
    .where(nodes.c.id == bindparam("of_id"), _ENDED)
    .values(leased_until=bindparam("buried", type_=nodes.c.leased_until.type))
)
_LONG_DEAD = Statement(
    select(nodes.c.id).where(nodes.c.leased_until < literal_column("0"), nodes.c.leased_until > bindparam("buried"))
)
_OF_NODE = Statement(select(presences.c.user_id).where(presences.c.node == bindparam("node")))
_DROP_OF_NODE = Statement(delete(presences).where(presences.c.node == bindparam("node")))
_DROP_NODE = Statement(delete(nodes).where(nodes.c.id == bindparam("id")))


def change(tx: Tx, user_id: int, node: str, more: int) -> None:
    if not tx.changed(_CHANGE, of_user=user_id, of_node=node, more=more):
        if more > 0:
            tx.run(_ADD, user_id=user_id, node=node, connections=more)
    elif more < 0:
        tx.run(_DROP_EMPTY, of_user=user_id, of_node=node)


def alive(reader: Reader, user_id: int) -> bool:
    """Has this user a connection on a node that lives?"""
    row = reader.one(_ALIVE, user_id=user_id, now=reader.now)
    return bool(row and row[0])


def renew(tx: Tx, node: str, until: int) -> list[int]:
    """Returns who is back with a node that had been buried."""
    if tx.changed(_RENEW, of_id=node, leased_until=until):
        return []
    if tx.changed(_RISE, of_id=node, leased_until=until):
        return _people_of(tx, node)
    tx.run(_ADD_NODE, id=node, leased_until=until)
    return []


def bury(tx: Tx) -> list[int]:
    """Buries nodes whose lease ran out; returns whose connections went with them."""
    for (node,) in tx.all(_LONG_DEAD, buried=_KEPT - tx.now):
        forget(tx, node)
    affected: list[int] = []
    for (node,) in tx.all(_DEAD, now=tx.now):
        if tx.changed(_BURY, of_id=node, now=tx.now, buried=-tx.now):
            affected += _people_of(tx, node)
    return affected


def _people_of(reader: Reader, node: str) -> list[int]:
    return [row[0] for row in reader.all(_OF_NODE, node=node)]


def forget(tx: Tx, node: str) -> list[int]:
    """A node and its connections are gone; returns whose they were."""
    people = _people_of(tx, node)
    tx.run(_DROP_OF_NODE, node=node)
    tx.run(_DROP_NODE, id=node)
    return people
