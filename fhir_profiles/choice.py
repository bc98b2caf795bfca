"""Which of our profiles a resource is meant to conform to.

Its type tells; where a type has several, a code that the profile asks for, or an extension that it requires.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TypeAlias

from fhir_profiles import resources
from fhir_profiles.source.artefact import canonical
from service.fhir.json import JsonObject
from service.mapping.terminology.records import MEASURE

Coding: TypeAlias = tuple[str, str]
# No ValueSet can list the measures that a clinic describes itself.
_BESIDE = MappingProxyType({canonical("ValueSet", MEASURE.name): MEASURE.beside})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What tells the resources of one profile from others of their type; no codes stand for any code.

    Any code of the `system` will do as well.
    """

    profile: str
    codes: frozenset[Coding]
    extensions: frozenset[str]
    system: str | None = None

    def is_on(self, resource: JsonObject) -> bool:
        """Tell whether a resource bears it."""
        said = _pairs(resource.get("code", {}).get("coding", ()))
        held = {one.get("url") for one in resource.get("extension", ())}
        return self.extensions <= held and (not self.codes or self._names(said))

    def _names(self, said: frozenset[Coding]) -> bool:
        return bool(self.codes & said) or any(system == self.system for system, _ in said)


class Profiles:
    """Our profiles, as a collection of definitions has them."""

    def __init__(self, definitions: Iterable[JsonObject]) -> None:
        held = tuple(definitions)
        value_sets = {
            one["url"]: frozenset(_listed(one)) for one in held if one["resourceType"] == "ValueSet"
        }
        self._signs: dict[str, list[Sign]] = {}
        for one in held:
            if one["resourceType"] == "StructureDefinition" and one["kind"] == "resource":
                self._signs.setdefault(one["type"], []).append(_sign(one, value_sets))
        for signs in self._signs.values():  # what asks for an extension before what takes anything
            signs.sort(key=lambda sign: -len(sign.extensions))

    def of(self, resource: JsonObject) -> str | None:
        """Return the URL of the profile that a resource of ours conforms to, None where none is meant."""
        offered = self._signs.get(resource["resourceType"], ())
        if len(offered) == 1:
            return offered[0].profile
        return next((sign.profile for sign in offered if sign.is_on(resource)), None)


def profile_for(resource: JsonObject) -> str | None:
    """Return the URL of the committed profile that a resource of ours conforms to, else None."""
    return _committed().of(resource)


@cache
def _committed() -> Profiles:
    return Profiles(resources())


def _sign(profile: JsonObject, value_sets: Mapping[str, frozenset[Coding]]) -> Sign:
    elements = {one["id"]: one for one in profile["differential"]["element"]}
    code = elements.get(f"{profile['type']}.code", {})
    pattern = _pairs(code.get("patternCodeableConcept", {}).get("coding", ()))
    listed = code.get("binding", {}).get("valueSet")
    bound = value_sets.get(listed, frozenset())
    required = (
        one["type"][0]["profile"][0]
        for name, one in elements.items()
        if name.startswith(f"{profile['type']}.extension:") and one["min"]
    )
    return Sign(
        profile=profile["url"],
        codes=pattern | bound,
        extensions=frozenset(required),
        system=_BESIDE.get(listed),
    )


def _listed(value_set: JsonObject) -> Iterator[Coding]:
    for include in value_set["compose"]["include"]:
        yield from ((include["system"], one["code"]) for one in include.get("concept", ()))


def _pairs(codings: Iterable[JsonObject]) -> frozenset[Coding]:
    return frozenset((one.get("system", ""), one.get("code", "")) for one in codings)
