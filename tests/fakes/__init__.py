"""Strict stand-ins for other people's services."""
