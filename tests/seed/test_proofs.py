"""The rows and their proofs: each row has named tests, each rule a change that they must notice."""

import ast
import re
from pathlib import Path

import pytest

from tests.seed.mutations import MUTATIONS, PACKAGE, Mutation, change

HERE = Path(__file__).parent
ROWS = [f"s{number:02}" for number in (1, 3, 4, *range(6, 21), 25, 26, 27)]


def _tests() -> list[str]:
    trees = [ast.parse(path.read_text()) for path in HERE.glob("test_*.py")]
    functions = [each for tree in trees for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)]
    return [each.name for each in functions if each.name.startswith("test_s")]


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_tests_and_a_change_that_they_must_notice(row: str) -> None:
    assert [name for name in _tests() if name.startswith(f"test_{row}_")]
    assert [each for each in MUTATIONS if each.row == row]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_a_change_has_its_one_place(mutation: Mutation) -> None:
    for file, text in change(PACKAGE, mutation).items():
        assert text != file.read_text()
        ast.parse(text)


def test_nothing_of_the_package_is_imported_but_the_application() -> None:
    imported = re.compile(r"^\s*(?:from|import)\s+(openlines[\w.]*)", re.MULTILINE)
    found = {name for path in HERE.glob("*.py") for name in imported.findall(path.read_text())}
    assert found == {"openlines.app", "openlines.config"}
