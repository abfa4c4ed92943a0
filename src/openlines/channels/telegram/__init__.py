"""Telegram, as a bot: the Bot API to the end of its protocol."""
