"""Tests of both engines."""
