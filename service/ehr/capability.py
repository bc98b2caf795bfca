"""From a CapabilityStatement to what we may count on."""

import re
from collections.abc import Iterable
from typing import Any

from service.fhir.json import JsonObject
from service.ports.ehr import Capabilities, NotFhir, TypeCapability

_R4 = re.compile(r"4\.0\.\d+")


def capabilities_of(statement: JsonObject | None) -> Capabilities:
    """Read a server's statement; raises `NotFhir` for anything but R4 in JSON, naming what was found."""
    statement = statement or {}
    if statement.get("resourceType") not in {"CapabilityStatement", "Conformance"}:
        raise NotFhir("what answers at the EHR's address states no FHIR capabilities")
    version = str(statement.get("fhirVersion"))
    if not _R4.fullmatch(version):
        raise NotFhir(f"the EHR speaks FHIR {_short(version)}; FHIR 4.0.1 (R4) is needed")
    formats = _texts(statement.get("format"))
    if formats and not any("json" in one for one in formats):
        raise NotFhir("the EHR offers no JSON")
    return _read(statement, version)


def _read(statement: JsonObject, version: str) -> Capabilities:
    rest = _server_side(statement)
    interactions = _codes(rest.get("interaction"))
    return Capabilities(
        fhir_version=version,
        software=_software(statement.get("software")),
        implementation=_url(statement.get("implementation")),
        transaction="transaction" in interactions,
        batch="batch" in interactions,
        history="history-system" in interactions,
        types={str(one["type"]): _type(one) for one in _objects(rest.get("resource")) if "type" in one},
        patch_formats=_texts(statement.get("patchFormat")),
    )


def _server_side(statement: JsonObject) -> JsonObject:
    sides = _objects(statement.get("rest"))
    return next((side for side in sides if side.get("mode", "server") == "server"), {})


def _type(stated: JsonObject) -> TypeCapability:
    versioning = stated.get("versioning")
    return TypeCapability(
        interactions=_codes(stated.get("interaction")),
        conditional_create=stated.get("conditionalCreate") is True,
        conditional_update=stated.get("conditionalUpdate") is True,
        update_create=stated.get("updateCreate") is True,
        versioning=str(versioning) if versioning else None,
        search_params=_texts(one.get("name") for one in _objects(stated.get("searchParam"))),
        search_includes=_texts(stated.get("searchInclude")),
        supported_profiles=_texts(stated.get("supportedProfile")),
    )


def _software(software: Any) -> str | None:
    if not isinstance(software, dict):
        return None
    return " ".join(str(software[part]) for part in ("name", "version") if part in software) or None


def _url(implementation: Any) -> str | None:
    url = implementation.get("url") if isinstance(implementation, dict) else None
    return url if isinstance(url, str) else None


def _codes(interactions: Any) -> frozenset[str]:
    return _texts(one.get("code") for one in _objects(interactions))


def _objects(value: Any) -> list[JsonObject]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _texts(value: Iterable[Any] | None) -> frozenset[str]:
    return frozenset(one for one in value or () if isinstance(one, str))


def _short(version: str) -> str:
    return version if re.fullmatch(r"[\w.\-]{1,20}", version) else "of an unreadable version"
