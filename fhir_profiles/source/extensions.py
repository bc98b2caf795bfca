"""One StructureDefinition for each extension that the mapping writes."""

from fhir_profiles.source.artefact import FHIR_VERSION, canonical, definition
from service.fhir.json import JsonObject
from service.mapping.extensions import (
    ADHERENCE_TOLD_BY,
    EXTENSIONS,
    MEDICATION_TAKING,
    RECORD_STATUS,
    TREATMENT_BALANCE,
    Extension,
)
from service.mapping.terminology.treatment import ADHERENCE_SOURCE, BALANCE, TAKING

# The ValueSet that the value of an extension is bound to.
_VALUE_SETS = {
    TREATMENT_BALANCE.name: canonical("ValueSet", BALANCE.name),
    MEDICATION_TAKING.name: canonical("ValueSet", TAKING.name),
    ADHERENCE_TOLD_BY.name: canonical("ValueSet", ADHERENCE_SOURCE.name),
    RECORD_STATUS.name: "http://hl7.org/fhir/ValueSet/observation-status",
}


def extensions() -> list[JsonObject]:
    """Return the definitions of our extensions."""
    return [_definition(one) for one in EXTENSIONS]


def _definition(extension: Extension) -> JsonObject:
    title = extension.name.replace("-", " ").capitalize()
    return {
        **definition("StructureDefinition", extension.name, title=title, says=f"{extension.says}."),
        "fhirVersion": FHIR_VERSION,
        "kind": "complex-type",
        "abstract": False,
        "context": [{"type": "element", "expression": path} for path in extension.on],
        "type": "Extension",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Extension",
        "derivation": "constraint",
        "differential": {"element": _elements(extension)},
    }


def _elements(extension: Extension) -> list[JsonObject]:
    type_ = extension.value.removeprefix("value")
    # `type.code` of a primitive starts with a small letter, that of a complex type with a capital one.
    code = type_ if type_ in {"CodeableConcept", "Coding", "Reference"} else type_[0].lower() + type_[1:]
    value: JsonObject = {"id": "Extension.value[x]", "path": "Extension.value[x]", "min": 1}
    value["type"] = [{"code": code}]
    if extension.name in _VALUE_SETS:
        value["binding"] = {"strength": "required", "valueSet": _VALUE_SETS[extension.name]}
    return [
        {"id": "Extension", "path": "Extension", "short": extension.says, "max": "1"},
        {"id": "Extension.extension", "path": "Extension.extension", "max": "0"},
        {"id": "Extension.url", "path": "Extension.url", "fixedUri": extension.url},
        value,
    ]
