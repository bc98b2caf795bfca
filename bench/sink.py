"""An EHR in this process that answers as a new one would and keeps nothing but a count."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from service.ehr.changes import ask_for_all
from service.fhir.json import JsonObject, dumps
from service.fhir.outcome import OutcomeIssue
from service.fhir.references import rewrite
from service.ports.ehr import Capabilities, Change, Create, Held, Missing, TypeCapability, Written

_TYPE = TypeCapability(
    interactions=frozenset({"create", "update", "read", "search-type"}),
    conditional_create=True,
    update_create=True,
    versioning="versioned-update",
)


class Sink:
    """`service.ports.ehr.Ehr`; `last` is the body of the last transaction, where it is wanted.

    `asked` are the searches since it was emptied.
    """

    def __init__(self, *, keep_last: bool = False) -> None:
        self._numbers = count(1)
        self._keep_last = keep_last
        self.written = 0
        self.last = b""
        self.asked: list[tuple[str, dict[str, str]]] = []

    def capabilities(self) -> Capabilities:
        """Offer what HAPI FHIR offers."""
        types = dict.fromkeys(_TYPES, _TYPE)
        return Capabilities(fhir_version="4.0.1", software="sink", transaction=True, types=types)

    def read(self, reference: str) -> Held:
        """Hold nothing."""
        raise Missing(f"read at {reference}: nothing is kept here")

    def read_anew(self, reference: str) -> Held:
        """Hold nothing, or what a shelf has."""
        return self.read(reference)

    def read_version(self, reference: str, version: str) -> Held:
        """Keep no history."""
        raise Missing(f"read at {reference}: version {version} is not kept")

    def search(self, resource_type: str, params: Mapping[str, str]) -> Iterator[Held]:
        """Find nothing."""
        if self._keep_last:
            self.asked.append((resource_type, dict(params)))
        return iter(())

    def write(self, change: Change) -> Written:
        """Count a change, and say that it was made."""
        return self.transact((change,))[0]

    def transact(self, changes: Sequence[Change]) -> tuple[Written, ...]:
        """Count changes, and say that all were made."""
        if self._keep_last:
            self.last = dumps(ask_for_all(changes).body).encode()
        self.written += len(changes)
        places = [f"{one.resource['resourceType']}/{next(self._numbers)}" for one in changes]
        names = {
            change.full_url: place
            for change, place in zip(changes, places, strict=True)
            if isinstance(change, Create)
        }
        return tuple(_made(change, place, names) for change, place in zip(changes, places, strict=True))

    def validate(self, resource: JsonObject, profile: str | None = None) -> tuple[OutcomeIssue, ...]:  # noqa: ARG002  the port's signature
        """Find nothing wrong."""
        return ()


def _made(change: Change, place: str, names: Mapping[str | None, str]) -> Written:
    """Say that a resource was made, with its references resolved, as a server does."""
    kept = rewrite(change.resource, lambda reference: names.get(reference, reference))
    return Written(
        status=201,
        reference=place,
        version="1",
        last_updated="2026-01-01T00:00:00Z",
        resource={**kept, "id": place.partition("/")[2]},
        created=True,
    )


_TYPES = (
    "Appointment",
    "CarePlan",
    "CareTeam",
    "Condition",
    "Goal",
    "MedicationRequest",
    "Patient",
    "Practitioner",
    "PractitionerRole",
    "ServiceRequest",
)
