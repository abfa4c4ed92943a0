"""Every setting of a line has a control, something that reads it and a test that names it; the table says so."""

import pytest

from tools.settings_table.looking import LATER, Place, is_only_shown, parts, places
from tools.settings_table.looks import look_parts, look_places
from tools.settings_table.writing import FILES, default, label

PLACES = [*(each for each in places() if each.name not in LATER), *look_places()]
PARTS = [*parts(), *look_parts()]


def _name(place: Place) -> str:
    return place.name


@pytest.mark.parametrize("place", PLACES, ids=_name)
def test_it_has_a_row_and_a_control_on_the_page(place: Place) -> None:
    assert place.tab
    assert place.component


@pytest.mark.parametrize("place", PLACES, ids=_name)
def test_it_has_a_name_in_both_languages(place: Place) -> None:
    for language in FILES:
        assert label(place.name, language) != place.name


@pytest.mark.parametrize("place", PARTS, ids=_name)
def test_what_stands_inside_a_setting_has_a_control_a_reader_and_a_test(place: Place) -> None:
    assert place.component
    assert place.readers or is_only_shown(place)
    assert place.tests


@pytest.mark.parametrize("place", PLACES, ids=_name)
def test_something_reads_it(place: Place) -> None:
    assert place.readers


@pytest.mark.parametrize("place", PLACES, ids=_name)
def test_a_test_names_it(place: Place) -> None:
    assert place.tests


@pytest.mark.parametrize("language", FILES)
def test_the_document_has_each_setting_by_its_name_and_with_its_default(language: str) -> None:
    """When it is not so: `python -m tools.settings_table`."""
    rows = FILES[language].read_text().splitlines()
    for place in PLACES:
        start = f"| **{label(place.name, language)}** `{place.name}`"
        (row,) = [each for each in rows if each.startswith(start)]
        assert f" | {default(place, language)} | " in row
