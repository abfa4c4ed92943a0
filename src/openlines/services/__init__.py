"""Use cases: one plain synchronous function, one transaction each."""
