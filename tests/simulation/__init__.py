"""Many patients over twelve months, drawn from a seed: rules, people, an EHR and the sync at work.

`python -m tests.simulation` runs it and writes docs/simulation.md.
"""
