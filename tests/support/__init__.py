"""Tests of the support modules."""
