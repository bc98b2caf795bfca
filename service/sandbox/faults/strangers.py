"""People whom nobody asked for: the chart of another server, and records that others are merged into."""

from datetime import datetime

from service.fhir.json import JsonObject
from service.sandbox.records import Method, Version, instant
from service.sandbox.store import MemoryStore, Store

IDENTIFIERS = "urn:tandem:sandbox:strangers"


def stranger(key: str) -> JsonObject:
    """Gives a patient whom no client knows."""
    return {
        "resourceType": "Patient",
        "identifier": [{"system": IDENTIFIERS, "value": key}],
        "active": True,
        "name": [{"family": "Stranger", "given": ["Somebody"]}],
        "birthDate": "1900-01-01",
    }


def chart_of_strangers(store: Store, now: datetime) -> MemoryStore:
    """Gives a chart that has nothing but somebody else under the id of every patient of this one."""
    other = MemoryStore()
    for patient in store.current("Patient"):
        meta = {"versionId": "1", "lastUpdated": instant(now)}
        other.append(
            Version(
                kind="Patient",
                id=patient.id,
                number=1,
                moment=now,
                method=Method.PUT,
                body={**stranger(patient.id), "id": patient.id, "meta": meta},
            )
        )
    return other
