"""Knowledge of FHIR R4 itself, on raw JSON: structure, required codes, reference targets, invariants."""
