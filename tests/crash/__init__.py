"""Killing the server under load and counting what is left."""
