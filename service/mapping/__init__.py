"""The plan as FHIR R4 4.0.1 and back: one module per resource, joined by `graph`."""
