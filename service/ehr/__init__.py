"""The chart over HTTP: the one place that speaks to a FHIR server."""
