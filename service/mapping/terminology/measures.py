"""Measures in FHIR: those of the table under its codes, a clinic's own under a system of their own."""

from dataclasses import dataclass
from typing import Any

from service.domain.instruments import title_of
from service.domain.measure import AnyMeasure, Measure, OwnMeasure, named
from service.mapping.terminology.systems import own_system
from service.mapping.terminology.table import Code, Table

OWN_MEASURES = own_system("clinic-measure")
"""The code system of measures that a clinic describes itself; no CodeSystem lists them."""


@dataclass(frozen=True, slots=True)
class Measures(Table[Any]):
    """The table of measures, which also holds whatever a clinic calls a measure."""

    def codes(self, member: AnyMeasure) -> tuple[Code, ...]:
        """Return the codes of a measure."""
        if isinstance(member, Measure):
            return self.rows[member]
        return (Code(OWN_MEASURES, str(member), title_of(member)),)

    def find(self, concept: Any) -> AnyMeasure | None:
        """Return the measure that one of a CodeableConcept's codings stands for, else None."""
        found: Measure | None = Table.find(self, concept)
        return found or _own(concept)


def _own(concept: Any) -> OwnMeasure | None:
    codings = concept.get("coding", []) if isinstance(concept, dict) else []
    for one in codings:
        measure = named(str(one.get("code", ""))) if one.get("system") == OWN_MEASURES else None
        if isinstance(measure, OwnMeasure):
            return measure
    return None
