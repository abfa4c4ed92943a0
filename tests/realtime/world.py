"""What a client knows: a snapshot and the changes after it, put together as the workspace's client does."""

from typing import Any

Row = dict[str, Any]


class World:
    """The state of one reader."""

    def __init__(self, snapshot: dict[str, Any]) -> None:
        self.me: int = snapshot["me"]["id"]
        self.cursor: int = snapshot["cursor"]
        self.epoch: str = snapshot["epoch"]
        self.rows: dict[int, Row] = {each["id"]: each for each in snapshot.get("conversations", ())}
        self.users = {each["id"]: each for each in snapshot["users"]}
        self.lines = {each["id"]: each for each in snapshot["lines"]}
        self.channels = {each["id"]: each for each in snapshot["channels"]}
        self.departments = {each["id"]: each for each in snapshot.get("departments", ())}
        self.messages: dict[int, Row] = {}

    def apply(self, frame: dict[str, Any]) -> None:
        for row in frame.get("conversations", ()):
            known = self.rows.get(row["id"])
            if known is None or row["version"] >= known["version"]:
                self.rows[row["id"]] = row
        for gone in frame.get("gone", ()):
            self.rows.pop(gone, None)
        for message in frame.get("messages", ()):
            self.messages[message["id"]] = message
        for name in ("users", "lines", "channels", "departments"):
            getattr(self, name).update({each["id"]: each for each in frame.get(name, ())})
        self.cursor = frame["cursor"]

    def in_front(self) -> dict[int, Row]:
        """The conversations that stand in his lists by themselves."""
        return {each["id"]: each for each in self.rows.values() if self._mine(each) or self._queued(each)}

    def _mine(self, row: Row) -> bool:
        if row["state"] == "offered":
            member = self.lines[row["line_id"]].get("member", False)
            return row.get("offered_to") == self.me or (row["offer"] == "everyone" and member)
        if row["state"] not in {"active", "closing"}:
            return False
        return row.get("operator_id") == self.me or bool(row.get("listening"))

    def _queued(self, row: Row) -> bool:
        return row["state"] in {"waiting", "offered"}


def facts(world: World) -> dict[str, Any]:
    """All that two worlds of one reader must agree on."""
    return {
        "rows": world.in_front(),
        "users": world.users,
        "lines": world.lines,
        "channels": world.channels,
        "departments": world.departments,
    }
