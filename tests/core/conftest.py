"""How hypothesis works in the tests of the core."""

import os

from hypothesis import HealthCheck, settings

# No deadline per example: the tests share their machine. `mutants`: quick and the same each time, so that a
# mutant's death depends on nothing but the mutant.
settings.register_profile("core", deadline=None)
settings.register_profile(
    "mutants",
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=30,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile(os.environ.get("OPENLINES_HYPOTHESIS", "core"))
