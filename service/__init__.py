"""Tandem: integrated mental-health treatment plans, mapped to FHIR R4 and kept in the EHR."""
