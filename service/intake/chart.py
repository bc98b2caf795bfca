"""A chart as it came: the resources of one patient, where each is, and what found no place in a plan."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from service.fhir.json import JsonObject

_HISTORY = re.compile(r"/_history/[A-Za-z0-9\-.]{1,64}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One resource and its address: `Type/id`, or where it has no id the name that its Bundle gives it."""

    address: str
    resource: JsonObject

    @property
    def type(self) -> str:
        """The resource type."""
        return str(self.resource["resourceType"])


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """What found no place: the resource's address, the FHIR path and the reason, never the content.

    `whole` says that nothing of the resource is in the plan; else only this element is not.
    """

    address: str
    path: str
    reason: str
    whole: bool = True


@dataclass(frozen=True, slots=False, kw_only=True)
class Chart:
    """One patient's resources; `aliases` lead from whatever names a resource to its address.

    `origin` tells one server or one file from another, so that ids made of it are the same at every reading.
    `doubled` are the versions of what stands in a Bundle more than once and not alike; they are no members.
    """

    origin: str
    system: str
    patient: str
    members: tuple[Member, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)
    doubled: tuple[Member, ...] = ()

    def resolve(self, reference: object) -> str | None:
        """Return the address of the member that the text of a Reference names, if it is one."""
        if not isinstance(reference, str):
            return None
        text = _HISTORY.sub("", reference)
        address = text if text in self.by_address else self.aliases.get(text)
        return address if address in self.by_address else None

    @cached_property
    def by_address(self) -> Mapping[str, Member]:
        """The members by their addresses."""
        return {one.address: one for one in self.members}

    def with_members(self, members: Iterable[Member]) -> "Chart":
        """Return the chart with other members."""
        return replace(self, members=tuple(members))
