"""Tests of snapshots, cursors and fan-out."""
