"""One resource on its way out: what we mean, what is sent, and how a second sending meets the first."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.fhir.json import JsonObject
from service.fhir.references import rewrite
from service.mapping.references import Key
from service.ports.ehr import Change, Create, Held, PutNew, Rejected, Update
from service.ports.journal import Interaction
from service.sync.bookkeeping import Intended
from service.sync.identity import ByClientId, ByCondition, Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A create by one of the ways, or, with `held`, an update of the version that was read.

    `held` has a version: without one nothing may be replaced, and a create in its place would make a second.
    """

    key: Key
    ours: JsonObject
    body: JsonObject
    way: Way
    held: Held | None = None

    @property
    def chosen(self) -> str | None:
        """The address that we choose, where we choose one."""
        match self.way:
            case ByClientId(reference) if self.held is None:
                return reference
            case _:
                return None

    @property
    def intended(self) -> Intended:
        """What the journal keeps of it before it leaves."""
        if self.held is not None:
            version = self.held.version
            return Intended(
                key=self.key, interaction=Interaction.UPDATE, ours=self.ours, expected_version=version
            )
        kind = Interaction.CREATE if self.chosen is None else Interaction.PUT
        return Intended(key=self.key, interaction=kind, ours=self.ours)

    def change(self, system: str, addresses: Mapping[str, str]) -> Change:
        """Return the request; `addresses` has `Type/id` by urn for what the chart holds already."""
        body = addressed(self.body, addresses)
        if self.held is not None:
            return Update(reference=self.held.reference, resource=body, if_version=version_of(self.held))
        if self.chosen is not None:
            return PutNew(reference=self.chosen, resource={**body, "id": self.chosen.partition("/")[2]})
        query = f"identifier={system}|{self.key.item}" if isinstance(self.way, ByCondition) else None
        return Create(resource=body, if_none_exist=query, full_url=self.key.urn)


def version_of(held: Held) -> str:
    """Return the version that was read; raises `Rejected` where the server named none."""
    if held.version is None:
        raise Rejected(f"{held.reference}: the server names no version, so nothing may be replaced")
    return held.version


def addressed(body: JsonObject, addresses: Mapping[str, str]) -> JsonObject:
    """Return a resource whose urns read as addresses, where those are known."""
    return rewrite(body, lambda reference: addresses.get(reference, reference))
