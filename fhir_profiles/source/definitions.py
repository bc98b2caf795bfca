"""All definitions together."""

from fhir_profiles.source import (
    capability,
    care,
    extensions,
    naming,
    observations,
    people,
    questionnaires,
    records,
    requests,
    terms,
)
from service.fhir.json import JsonObject


def profiles() -> list[JsonObject]:
    """Return the profiles, each on a resource of base R4."""
    modules = (care, people, requests, observations, records, questionnaires)
    return [one for module in modules for one in module.profiles()]


def definitions() -> list[JsonObject]:
    """Return every definition but the guide."""
    shapes = profiles()
    return [
        naming.naming_system(),
        *terms.code_systems(),
        *terms.value_sets(),
        requests.medication_intents(),
        *terms.concept_maps(),
        *extensions.extensions(),
        *shapes,
        *questionnaires.questionnaires(),
        *capability.statements(shapes),
    ]
