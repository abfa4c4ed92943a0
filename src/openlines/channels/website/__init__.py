"""The chat on a website: its visitors read from us, so it is a manifest and nothing more."""
