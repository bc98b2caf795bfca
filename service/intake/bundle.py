"""A Bundle as a chart: refused whole, with the path, where it is none of one patient in R4."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from service.domain.values import Invalid, Problem
from service.fhir.json import JsonObject, dumps
from service.fhir.labels import PSYCHOTHERAPY_NOTES, labels_of
from service.intake.chart import Chart, Finding, Member
from service.intake.versions import foreign_version

MOST_ENTRIES = 50_000
# What a reader may be shown as the name of a resource: `Type/id`, or a URL or URN without white space.
_NAME = re.compile(
    r"[A-Z][A-Za-z]{1,63}/(?!None$)[A-Za-z0-9\-.]{1,64}|[a-z][a-z0-9+.\-]{1,20}:[\x21-\x7e]{1,200}"
)
_TYPES = frozenset({"batch", "collection", "document", "message", "searchset", "transaction"})
TWICE = "stands in the Bundle more than once, and not alike: nobody can tell which one is meant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The chart that a Bundle holds, and what of it could not even be looked at."""

    chart: Chart
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class _Entries:
    members: dict[str, Member] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    versions: dict[str, list[Member]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(self, member: Member, full_url: Any) -> None:
        self.members.setdefault(member.address, member)
        versions = self.versions.setdefault(member.address, [])
        if member not in versions:
            versions.append(member)
        if isinstance(full_url, str):
            self.aliases[full_url] = member.address


def open_bundle(bundle: JsonObject, *, system: str) -> Opened:
    """Return the chart in a Bundle; `Invalid` names the path of what makes it none."""
    problems = tuple(_problems(bundle))
    if problems:
        raise Invalid(problems)
    held = _Entries()
    for index, entry in enumerate(bundle["entry"]):
        _read(index, entry, held)
    doubled = {address: versions for address, versions in held.versions.items() if len(versions) > 1}
    patients = [one.address for one in held.members.values() if one.type == "Patient"]
    chart = Chart(
        origin=origin_of(bundle),
        system=system,
        patient=_only(patients, bundle, doubled),
        members=tuple(one for one in held.members.values() if one.address not in doubled),
        aliases=held.aliases,
        doubled=tuple(one for versions in doubled.values() for one in versions),
    )
    twice = (Finding(address=one, path="", reason=TWICE) for one in sorted(doubled))
    return Opened(chart=chart, findings=(*held.findings, *twice))


def origin_of(bundle: JsonObject) -> str:
    """Return the address of a Bundle by its entries: their order and the stamps of the Bundle say nothing."""
    entries = (
        {name: one.get(name) for name in ("fullUrl", "resource")} if isinstance(one, dict) else one
        for one in bundle["entry"]
    )
    return _digest(sorted(dumps(one, sort_keys=True) for one in entries))


def former_origin_of(bundle: JsonObject) -> str:
    """Return the address that earlier versions gave a Bundle: by all that it says, in its order."""
    return _digest([dumps(bundle, sort_keys=True)])


def _digest(texts: list[str]) -> str:
    return f"file:{sha256(chr(10).join(texts).encode(errors='surrogatepass')).hexdigest()}"


def _problems(bundle: JsonObject) -> Iterator[Problem]:
    if bundle.get("resourceType") != "Bundle":
        yield Problem("resourceType", "must be Bundle")
        return
    if PSYCHOTHERAPY_NOTES & labels_of(bundle):
        yield Problem("meta.security", "says that this holds psychotherapy notes: nothing of it is read")
    if bundle.get("implicitRules"):
        # R4, resource, "isModifier": the rules may change what everything in it means.
        yield Problem("implicitRules", "names rules that are not known: nothing of it is read")
    if (found := foreign_version(bundle)) is not None:
        yield _other(found)
        return
    if bundle.get("type") not in _TYPES:
        yield Problem("type", f"must be one of {', '.join(sorted(_TYPES))}")
    entries = bundle.get("entry")
    if not isinstance(entries, list) or not entries:
        yield Problem("entry", "holds no Patient")
    elif len(entries) > MOST_ENTRIES:
        yield Problem("entry", f"holds more than {MOST_ENTRIES} resources")
    else:
        yield from _versions(entries)


def _versions(entries: list[Any]) -> Iterator[Problem]:
    for index, entry in enumerate(entries):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        found = foreign_version(resource) if isinstance(resource, dict) else None
        if found is not None:
            yield _other(found).under(f"entry[{index}].resource")
            return


def _other(found: tuple[str, str]) -> Problem:
    return Problem(found[0], f"is of FHIR {found[1]}; R4 (4.0.1) is taken")


def _read(index: int, entry: Any, held: _Entries) -> None:
    resource = entry.get("resource") if isinstance(entry, dict) else None
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        path = f"Bundle.entry[{index}].resource"
        held.findings.append(Finding(address=f"entry[{index}]", path=path, reason="holds no resource"))
        return
    full_url, identity = entry.get("fullUrl"), f"{resource['resourceType']}/{resource.get('id')}"
    named = next((one for one in (identity, full_url) if isinstance(one, str) and _NAME.fullmatch(one)), None)
    held.add(Member(address=named or f"entry[{index}]", resource=resource), full_url)


def _only(patients: list[str], bundle: JsonObject, doubled: Collection[str]) -> str:
    if not patients:
        raise Invalid([Problem("entry", "holds no Patient")])
    if len(patients) > 1 or patients[0] in doubled:
        raise Invalid(
            [Problem(f"entry[{_second(bundle)}].resource", "is a second Patient: one chart a time")]
        )
    return patients[0]


def _second(bundle: JsonObject) -> int:
    kinds = [
        one["resource"].get("resourceType")
        if isinstance(one, dict) and isinstance(one.get("resource"), dict)
        else None
        for one in bundle["entry"]
    ]
    return kinds.index("Patient", kinds.index("Patient") + 1)
