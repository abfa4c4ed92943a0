"""Connections of people, by node, and the nodes' leases."""

from sqlalchemy import bindparam, delete, func, insert, literal_column, select, update

from openlines.store.statement import Statement
from openlines.store.tables import nodes, presences
from openlines.store.tx import Reader, Tx

_CHANGE = Statement(
    update(presences)
    .where(presences.c.user_id == bindparam("of_user"), presences.c.node == bindparam("of_node"))
    .values(connections=presences.c.connections + bindparam("more", type_=presences.c.connections.type))
)
_ADD = Statement(insert(presences))
_DROP_EMPTY = Statement(delete(presences).where(presences.c.connections <= literal_column("0")))
_ALIVE = Statement(
    select(func.count())
    .select_from(presences.join(nodes, nodes.c.id == presences.c.node))
    .where(
        presences.c.user_id == bindparam("user_id"),
        presences.c.connections > literal_column("0"),
        nodes.c.leased_until > bindparam("now"),
    )
)
_RENEW = Statement(update(nodes).where(nodes.c.id == bindparam("of_id")))
_ADD_NODE = Statement(insert(nodes))
_DEAD = Statement(select(nodes.c.id).where(nodes.c.leased_until <= bindparam("now")))
_OF_NODE = Statement(select(presences.c.user_id).where(presences.c.node == bindparam("node")))
_DROP_OF_NODE = Statement(delete(presences).where(presences.c.node == bindparam("node")))
_DROP_NODE = Statement(delete(nodes).where(nodes.c.id == bindparam("id")))


def change(tx: Tx, user_id: int, node: str, more: int) -> None:
    if not tx.changed(_CHANGE, of_user=user_id, of_node=node, more=more):
        if more > 0:
            tx.run(_ADD, user_id=user_id, node=node, connections=more)
    elif more < 0:
        tx.run(_DROP_EMPTY)


def alive(reader: Reader, user_id: int) -> bool:
    """Has this user a connection on a node that lives?"""
    row = reader.one(_ALIVE, user_id=user_id, now=reader.now)
    return bool(row and row[0])


def renew(tx: Tx, node: str, until: int) -> None:
    if not tx.changed(_RENEW, of_id=node, leased_until=until):
        tx.run(_ADD_NODE, id=node, leased_until=until)


def bury(tx: Tx) -> list[int]:
    """Forgets nodes whose lease ran out; whose connections went with them."""
    affected: list[int] = []
    for (node,) in tx.all(_DEAD, now=tx.now):
        affected += forget(tx, node)
    return affected


def forget(tx: Tx, node: str) -> list[int]:
    """A node and its connections are gone; returns whose they were."""
    people = [row[0] for row in tx.all(_OF_NODE, node=node)]
    tx.run(_DROP_OF_NODE, node=node)
    tx.run(_DROP_NODE, id=node)
    return people
