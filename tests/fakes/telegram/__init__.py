"""A strict stand-in for the Telegram Bot API, with customers that can be moved and misfortunes that can be ordered."""

from tests.fakes.telegram.server import FakeTelegram

__all__ = ["FakeTelegram"]
