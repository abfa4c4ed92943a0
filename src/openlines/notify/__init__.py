"""Notices to staff outside the workspace: e-mail and web push."""
