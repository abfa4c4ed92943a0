"""Users and departments, for those who manage people."""

from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody

from openlines.api.acting import act, shown
from openlines.api.guard import MANAGES_PEOPLE, READS, makes
from openlines.api.staff.common import Number, Req, TheActor, TheEdge, check_password, given
from openlines.realtime.shapes import Department, department_of
from openlines.realtime.snapshot import whole
from openlines.services import accounts, departments
from openlines.services.errors import NotFound
from openlines.store import departments as department_rows
from openlines.store import users as user_rows
from openlines.store.tx import Reader, Tx
from openlines.store.users import User as UserRow
from openlines.support.ids import new_token
from openlines.support.stamps import stamp, stamp_or_none

Text = Annotated[str, msgspec.Meta(max_length=1000)]


class Person(msgspec.Struct, omit_defaults=True):
    """A user as those who manage people see him."""

    id: int
    name: str
    email: str
    role: str
    version: int
    created_at: str
    active: bool = False
    language: str = ""
    time_zone: str = ""
    position: str = ""
    photo: str | None = None
    department_ids: list[int] = []
    presence: str = ""
    online: bool = False
    available: bool = False
    unavailable: str | None = None
    absent_from: str | None = None
    absent_until: str | None = None
    password: str | None = None  # only in the answer that made one up


def person_of(row: UserRow, department_ids: list[int]) -> Person:
    return Person(
        id=row.id,
        name=row.name,
        email=row.email,
        role=row.role,
        version=row.version,
        created_at=stamp(row.created_at),
        active=bool(row.active),
        language=row.language,
        time_zone=row.time_zone,
        position=row.position,
        photo=row.photo_id,
        department_ids=department_ids,
        presence=row.presence,
        online=bool(row.online),
        available=bool(row.available),
        unavailable=row.unavailable,
        absent_from=stamp_or_none(row.absent_from),
        absent_until=stamp_or_none(row.absent_until),
    )


class People(msgspec.Struct):
    items: list[Person]
    next: str | None


def _person(reader: Reader, user_id: int) -> Person:
    row = accounts.access_user(reader, user_id)
    return person_of(row, user_rows.memberships(reader).get(user_id, []))


def _people(reader: Reader) -> list[Person]:
    memberships = user_rows.memberships(reader)
    return [person_of(each, memberships.get(each.id, [])) for each in user_rows.all_users(reader)]


@get("/users", opt=MANAGES_PEOPLE, tags=["people"], summary="Everybody who works here")
async def list_users(edge: TheEdge) -> Response[People]:
    return shown(whole(await edge.store.read(_people)))


@get("/users/{user_id:int}", opt=MANAGES_PEOPLE, tags=["people"], summary="One user")
async def read_user(edge: TheEdge, user_id: FromPath[int]) -> Person:
    return await edge.store.read(_person, user_id)


class NewUser(msgspec.Struct, forbid_unknown_fields=True):
    name: Text
    email: Text
    role: Text = "operator"
    password: str | None = None
    department_ids: list[Number] = []
    language: Text = ""
    time_zone: Text = ""
    position: Text = ""


@post("/users", opt=makes(MANAGES_PEOPLE, "/api/v1/users/{id}"), tags=["people"], summary="Add a user", status_code=201)
async def add_user(edge: TheEdge, request: Req, actor: TheActor, data: JSONBody[NewUser]) -> Response[Person]:
    """Without a password one is made up; it is in this answer and nowhere else, a repeat's answer included."""
    made_up = None
    if data.password is None:
        made_up = new_token()[:16]
    else:
        check_password(data.password, data.name, data.email)
    hashed = await edge.passwords.hash(data.password or made_up or "")

    def add(tx: Tx) -> int:
        return accounts.add_user(
            tx,
            actor,
            name=data.name,
            email=data.email,
            role=data.role,
            password_hash=hashed,
            language=data.language,
            time_zone=data.time_zone,
            position=data.position,
            department_ids=data.department_ids,
        )

    secret = {"password": made_up} if made_up is not None else None
    return await act(edge, request, add, _person, status=201, secret=secret)


class UserChange(msgspec.Struct, forbid_unknown_fields=True):
    version: Number
    name: Text | msgspec.UnsetType = msgspec.UNSET
    email: Text | msgspec.UnsetType = msgspec.UNSET
    role: Text | msgspec.UnsetType = msgspec.UNSET
    active: bool | msgspec.UnsetType = msgspec.UNSET
    language: Text | msgspec.UnsetType = msgspec.UNSET
    time_zone: Text | msgspec.UnsetType = msgspec.UNSET
    position: Text | msgspec.UnsetType = msgspec.UNSET
    department_ids: list[Number] | msgspec.UnsetType = msgspec.UNSET
    password: str | msgspec.UnsetType = msgspec.UNSET


@patch("/users/{user_id:int}", opt=MANAGES_PEOPLE, tags=["people"], summary="Change a user, switch him off or on")
async def change_user(
    edge: TheEdge, request: Req, actor: TheActor, user_id: FromPath[int], data: JSONBody[UserChange]
) -> Response[Person]:
    """A new password signs him out everywhere; so does switching him off, and his conversations go back at once."""
    changes = given(data)
    version, password = changes.pop("version"), changes.pop("password", None)
    hashed = ""
    if password is not None:
        check_password(password)
        hashed = await edge.passwords.hash(password)

    def change(tx: Tx) -> None:
        accounts.change_user(tx, actor, user_id, version, **changes)
        if hashed:
            accounts.set_password(tx, user_id, hashed)

    answered = await act(edge, request, change, lambda reader, _: _person(reader, user_id))
    edge.speakers.forget_user(user_id)
    return answered


# --- departments --------------------------------------------------------------------------------------------


class DepartmentsAnswer(msgspec.Struct):
    items: list[Department]
    next: str | None


class NewDepartment(msgspec.Struct, forbid_unknown_fields=True):
    name: Text
    parent_id: Number | None = None
    head_id: Number | None = None
    member_ids: list[Number] = []


class DepartmentChange(msgspec.Struct, forbid_unknown_fields=True):
    version: Number
    name: Text | msgspec.UnsetType = msgspec.UNSET
    parent_id: Number | msgspec.UnsetType | None = msgspec.UNSET
    head_id: Number | msgspec.UnsetType | None = msgspec.UNSET
    position: Number | msgspec.UnsetType = msgspec.UNSET
    member_ids: list[Number] | msgspec.UnsetType = msgspec.UNSET


def _department(reader: Reader, department_id: int) -> Any:
    return next(department_of(e) for e in department_rows.all_departments(reader) if e.id == department_id)


@get("/departments", opt=READS, tags=["people"], summary="The tree of departments")
async def list_departments(edge: TheEdge) -> Response[DepartmentsAnswer]:
    return shown(whole([department_of(each) for each in await edge.store.read(departments.all_departments)]))


@post(
    "/departments",
    opt=makes(MANAGES_PEOPLE, "/api/v1/departments/{id}"),
    tags=["people"],
    summary="Add a department",
    status_code=201,
)
async def add_department(
    edge: TheEdge, request: Req, actor: TheActor, data: JSONBody[NewDepartment]
) -> Response[Department]:
    values = given(data)
    return await act(edge, request, lambda tx: departments.add_department(tx, actor, **values), _department, status=201)


@get("/departments/{department_id:int}", opt=READS, tags=["people"], summary="One department")
async def read_department(edge: TheEdge, department_id: FromPath[int]) -> Response[Department]:
    found = await edge.store.read(departments.all_departments)
    one = next((department_of(each) for each in found if each.id == department_id), None)
    if one is None:
        raise NotFound("department", id=department_id)
    return shown(one)


@patch("/departments/{department_id:int}", opt=MANAGES_PEOPLE, tags=["people"], summary="Change a department")
async def change_department(
    edge: TheEdge, request: Req, actor: TheActor, department_id: FromPath[int], data: JSONBody[DepartmentChange]
) -> Response[Department]:
    changes = given(data)
    version = changes.pop("version")
    return await act(
        edge,
        request,
        lambda tx: departments.change_department(tx, actor, department_id, version, **changes),
        lambda reader, _: _department(reader, department_id),
    )


@delete(
    "/departments/{department_id:int}",
    opt=MANAGES_PEOPLE,
    tags=["people"],
    summary="Remove a department; its children move up, its members stay",
    status_code=204,
)
async def delete_department(
    edge: TheEdge, request: Req, actor: TheActor, department_id: FromPath[int]
) -> Response[None]:
    return await act(edge, request, lambda tx: departments.delete_department(tx, actor, department_id))


HANDLERS = [
    list_users,
    read_user,
    add_user,
    change_user,
    list_departments,
    add_department,
    read_department,
    change_department,
    delete_department,
]
