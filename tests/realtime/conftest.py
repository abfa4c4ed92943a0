"""A server for every test that asks for one."""

from tests.api.conftest import bare, empty_portal, house

__all__ = ["bare", "empty_portal", "house"]
