"""A problem: one way in which a resource is not what R4 asks for."""

from dataclasses import dataclass

from service.fhir.outcome import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong and where: a FHIRPath, the rule's id, and words that quote only codes."""

    path: str
    rule: str
    message: str
    severity: Severity = Severity.ERROR
