"""What the definitions are made from: `fhir_profiles.build` writes them out as FHIR JSON."""
