"""Ids, days and moments that never change, and the people of the samples."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, uuid5

from service.domain.concept import Identifier
from service.domain.people import AdministrativeGender, Patient, Person, Role

NAMESPACE = uuid5(NAMESPACE_URL, "https://w3id.org/tandem-care/tests")
SNOMED = "http://snomed.info/sct"
ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
NPI = "http://hl7.org/fhir/sid/us-npi"
MRN = "urn:oid:1.2.36.146.595.217.0.1"
STAFF = "urn:oid:1.2.36.146.595.217.0.2"
DAY_1 = date(2024, 3, 4)
SUMMER_TIME = timezone(timedelta(hours=2))

T = TypeVar("T")


def uid(name: str) -> str:
    """The id of a name: the same UUID on every run; items are named `<group>-<n>`."""
    return str(uuid5(NAMESPACE, name))


def day(count: int) -> date:
    """A day of the treatment, counted from its first."""
    return DAY_1 + timedelta(days=count)


def moment(count: int, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of the treatment, by day and clinic time (UTC+2)."""
    return datetime(DAY_1.year, DAY_1.month, DAY_1.day, hour, minute, tzinfo=SUMMER_TIME) + timedelta(
        days=count
    )


def made(kind: type[T], changes: Mapping[str, Any], /, **usual: Any) -> T:
    return kind(**{**usual, **changes})


def a_person(**changes: Any) -> Person:
    return made(
        Person,
        changes,
        id=uid("people-0"),
        family_name="Okafor",
        given_names=("Ngozi",),
        identifiers=(Identifier(system=NPI, value="1234567893"),),
        profession=Role.PSYCHIATRIST,
        organization="Lindenhof Clinic",
    )


def a_patient(**changes: Any) -> Patient:
    return made(
        Patient,
        changes,
        id=uid("patient"),
        identifiers=(Identifier(system=MRN, value="MRN-4711"),),
        family_name="Sørensen",
        given_names=("Maja", "Lin"),
        birth_date=date(1988, 5, 17),
        gender=AdministrativeGender.FEMALE,
    )


PSYCHIATRIST = a_person()
THERAPIST = a_person(
    id=uid("people-1"),
    family_name="Müller-Weiß",
    given_names=("Jörg",),
    identifiers=(Identifier(system=NPI, value="1245319599"), Identifier(system=STAFF, value="S-17")),
    profession=Role.PSYCHOTHERAPIST,
)
NURSE = a_person(
    id=uid("people-2"),
    family_name="O'Brien",
    given_names=("Aoife", "Mary"),
    identifiers=(Identifier(system=STAFF, value="S-23"),),
    profession=Role.PSYCHIATRIC_NURSE,
)
COORDINATOR = a_person(
    id=uid("people-3"),
    family_name="王",
    given_names=("小明",),
    identifiers=(Identifier(system=STAFF, value="S-42"),),
    profession=Role.CARE_COORDINATOR,
)
COUNSELOR = a_person(
    id=uid("people-4"),
    family_name="Haddad",
    given_names=(),
    identifiers=(),
    profession=Role.COUNSELOR,
    organization=None,
    active=False,
)
DIRECTORY: Mapping[str, Person] = {
    person.id: person for person in (PSYCHIATRIST, THERAPIST, NURSE, COORDINATOR, COUNSELOR)
}
