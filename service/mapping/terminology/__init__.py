"""Codes: each table is read both ways, and equals a ConceptMap in fhir_profiles."""
