"""Working time that several lines share."""

from sqlalchemy import bindparam, select

from openlines.store.statement import Statement
from openlines.store.tables import timetables
from openlines.store.tx import Reader

_KNOWN = Statement(select(timetables.c.id).where(timetables.c.id == bindparam("id")))


def known(reader: Reader, timetable_id: int) -> bool:
    """Is there such a timetable?"""
    return reader.one(_KNOWN, id=timetable_id) is not None
