"""A table between the words of a plan and the codes of FHIR."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from service.fhir.json import JsonObject
from service.mapping.datatypes import Unreadable

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Code:
    """A code of one system, with the display that the system gives it."""

    system: str
    code: str
    display: str

    @property
    def coding(self) -> JsonObject:
        """The code as a FHIR Coding."""
        return {"system": self.system, "code": self.code, "display": self.display}


@dataclass(frozen=True, slots=True)
class Table(Generic[E]):
    """Members of one enumeration, each with its codes: all are written, any one of them is understood.

    `name` is the id of its ConceptMap. No code stands for two members. Any code of the system
    `beside`, if there is one, stands for a member that no row lists.
    """

    name: str
    rows: Mapping[E, tuple[Code, ...]]
    beside: str | None = None

    def codes(self, member: E) -> tuple[Code, ...]:
        """Return the codes of a member."""
        return self.rows[member]

    def concept(self, member: E | None, text: str | None = None) -> JsonObject | None:
        """Return a CodeableConcept, or None for no member."""
        if member is None:
            return None
        return {"coding": [code.coding for code in self.codes(member)], "text": text}

    def find(self, concept: Any) -> E | None:
        """Return the member that one of a CodeableConcept's codings stands for, else None."""
        codings = concept.get("coding", []) if isinstance(concept, dict) else []
        said = {(one.get("system"), one.get("code")) for one in codings}
        for member, codes in self.rows.items():
            if any((code.system, code.code) in said for code in codes):
                return member
        return None

    def read(self, concept: Any) -> E:
        """Return the member that a CodeableConcept stands for; without one it is `Unreadable`."""
        member = self.find(concept)
        if member is None:
            raise Unreadable("has no code with a meaning in the plan")
        return member

    @property
    def meaning(self) -> Callable[[Any], object]:
        """What two CodeableConcepts are compared by when only their meaning counts."""
        return lambda concept: self.find(concept) or concept
