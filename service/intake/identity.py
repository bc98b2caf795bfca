"""What makes two charts the same, whatever else they hold: whose they are, and the CarePlan they rest on."""

from collections.abc import Iterator

from service.fhir.json import JsonObject, dumps
from service.intake.adoption import item_of
from service.intake.chart import Chart, Member
from service.intake.choosing import ranked
from service.intake.sifting import sift
from service.intake.wording import objects_of, text_of

_AROUND = frozenset({"CarePlan", "Patient"})


def care_plans(chart: Chart, named: str | None = None) -> tuple[Member, ...]:
    """Return the CarePlans on which a draft of a chart can rest, the best first; raises as `ranked`."""
    around = chart.with_members(one for one in chart.members if one.type in _AROUND)
    return ranked(sift(around).chart, named)


def names_of(chart: Chart, plan: Member | None) -> tuple[str, ...]:
    """Return the ids under which an import of this patient and this CarePlan is kept, the usual one first.

    Each is made of one of the patient's business identifiers and of one name of the CarePlan: its business
    identifiers, and its id with the day it was made. There are none where only ids of a server say who the
    patient is: two clinics may each have a patient 1. Without a CarePlan the patient's URL is the name.
    """
    patients = _identifiers(chart.by_address[chart.patient].resource)
    plans = _whose(chart) if plan is None else (*_identifiers(plan.resource), *_local(plan))
    return tuple(item_of("import", dumps([whose, name])) for name in plans for whose in patients)


def home_of(chart: Chart, address: str) -> str | None:
    """Return the base URL of the server on which a member is, where the chart says it."""
    full = (url for url, one in chart.aliases.items() if one == address and url.startswith("http"))
    bases = (url.removesuffix(f"/{address}") for url in full if url.endswith(f"/{address}"))
    return next(bases, None)


def _identifiers(resource: JsonObject) -> list[str]:
    held = (
        (text_of(one.get("system")), text_of(one.get("value")))
        for one in objects_of(resource.get("identifier"))
    )
    return sorted({f"{system}|{value}" for system, value in held if system and value})


def _local(plan: Member) -> Iterator[str]:
    """Yield the id with a day: of two servers' CarePlans 1 of one patient hardly both are of one day."""
    said = plan.resource
    if plan.address == f"CarePlan/{said.get('id')}":
        yield f"{plan.address} of {said.get('created') or said.get('period', {}).get('start')}"


def _whose(chart: Chart) -> tuple[str, ...]:
    home = home_of(chart, chart.patient)
    return () if home is None else (f"{home}/{chart.patient}",)
