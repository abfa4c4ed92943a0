"""Wiring: which parts make a running server."""
