"""How hard the laws are tried: HYPOTHESIS_PROFILE names one of dev, ci (the default) and nightly."""

import os

from hypothesis import HealthCheck, settings

# Generated plans are large and the machines are shared: neither says anything about a law.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

settings.register_profile("dev", PATIENT, max_examples=50)
settings.register_profile("ci", PATIENT, max_examples=300, derandomize=True)
settings.register_profile("nightly", PATIENT, max_examples=10_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
