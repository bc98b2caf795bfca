"""The embedded EHR: a FHIR R4 server that ships with us and behaves as HAPI FHIR 8.8 does."""
