"""The page of a line offers the placeholders that the server knows: two lists in two languages, kept alike."""

import re
from pathlib import Path

from openlines.core.texts import NOTICE_PLACEHOLDERS, PLACEHOLDERS

PAGE = Path(__file__).parents[2] / "web/workspace/src/components/settings/logic/placeholders.ts"


def in_the_page(name: str) -> tuple[str, ...]:
    """The texts of a constant list of the workspace."""
    found = re.search(rf"export const {name} = \[(.*?)\]", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return tuple(re.findall(r'"(\w+)"', found[1]))


def test_the_page_offers_the_placeholders_that_the_server_knows() -> None:
    assert in_the_page("PLACEHOLDERS") == PLACEHOLDERS
    assert in_the_page("NOTICE_PLACEHOLDERS") == NOTICE_PLACEHOLDERS
