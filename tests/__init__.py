"""Properties are tried on the same examples in every run; HYPOTHESIS_PROFILE=explore looks for new ones."""

import os

from hypothesis import HealthCheck, settings

# A busy machine is slow, which says nothing about the code.
settings.register_profile("repeatable", deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
settings.register_profile("explore", settings.get_profile("repeatable"), derandomize=False, max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
