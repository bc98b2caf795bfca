"""People: the patient of a plan, and the clinicians of the directory that plans share."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from service.domain.concept import Identifier
from service.domain.values import Problem, Value, text_problems, unique


class AdministrativeGender(StrEnum):
    """FHIR administrative-gender."""

    MALE = "male"
    FEMALE = "female"
    OTHER = "other"
    UNKNOWN = "unknown"


class Role(StrEnum):
    """What a member of the care team is there for."""

    PATIENT = "patient"
    PSYCHIATRIST = "psychiatrist"
    PSYCHOLOGIST = "psychologist"
    CLINICAL_PSYCHOLOGIST = "clinical-psychologist"
    PSYCHOTHERAPIST = "psychotherapist"
    COUNSELOR = "counselor"
    PSYCHIATRIC_NURSE = "psychiatric-nurse"
    PRESCRIBER = "prescriber"
    CARE_COORDINATOR = "care-coordinator"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient(Value):
    """Whose plan it is: identifiers of the clinic and the least that tells two people apart."""

    id: str
    identifiers: tuple[Identifier, ...]
    family_name: str
    given_names: tuple[str, ...] = ()
    birth_date: date
    gender: AdministrativeGender = AdministrativeGender.UNKNOWN

    def problems(self) -> Iterator[Problem]:
        if not self.identifiers:
            yield Problem("identifiers", "needs at least one identifier that the EHR knows")
        yield from unique("identifiers", self.identifiers)
        yield from _name_problems(self.given_names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Value):
    """A clinician of the directory; plans refer to it by id."""

    id: str
    family_name: str
    given_names: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    profession: Role
    organization: str | None = None
    active: bool = True

    def problems(self) -> Iterator[Problem]:
        if self.profession is Role.PATIENT:
            yield Problem("profession", "is a clinician's; the patient stands in the plan")
        yield from unique("identifiers", self.identifiers)
        yield from _name_problems(self.given_names)


def _name_problems(names: tuple[str, ...]) -> Iterator[Problem]:
    for index, name in enumerate(names):
        yield from text_problems(f"given_names[{index}]", name)
