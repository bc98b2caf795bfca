"""Three sides of one resource in one language: urns for what is of the plan, canonical content to compare.

`ours` is our rendering, `theirs` what the chart holds; the base has a half of each.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from service.fhir.canonical import canonical, serialise
from service.fhir.json import JsonObject
from service.fhir.references import rewrite
from service.sync.groups import Group, groups_of, kind_of, reference_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """The two halves of the base: what we meant, and what the server kept.

    Where nothing was ever `known` to be agreed on, they lack all in which the sides differ.
    """

    ours: JsonObject
    theirs: JsonObject
    known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What was agreed, what we mean, and what is there, all with urns for what is of the plan."""

    agreed: Agreed
    ours: JsonObject
    theirs: JsonObject

    @property
    def type(self) -> str:
        """The FHIR type."""
        return str(self.ours["resourceType"])

    @property
    def kind(self) -> str:
        """The kind of resource, as the tables of groups name it."""
        return kind_of(self.ours)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups of this kind of resource."""
        return groups_of(self.ours)

    @property
    def changed_here(self) -> frozenset[str]:
        """The groups in which we mean something else than was agreed."""
        return changed_groups(self.groups, self.agreed.ours, self.ours)

    @property
    def changed_there(self) -> frozenset[str]:
        """The groups in which the chart holds something else than the server kept."""
        return changed_groups(self.groups, self.agreed.theirs, self.theirs)


def symbolic(resource: JsonObject, urns: Mapping[str, str]) -> JsonObject:
    """Return a resource of the chart whose references to what is of the plan read as urns."""
    return rewrite(resource, lambda reference: urns.get(reference, reference))


def changed_groups(groups: tuple[Group, ...], before: JsonObject, after: JsonObject) -> frozenset[str]:
    """Return the names of the groups in which two resources differ."""
    old, new = canonical(before), canonical(after)
    kind = str(after["resourceType"])
    return frozenset(
        group.name for group in groups if _content(kind, group, old) != _content(kind, group, new)
    )


def changed_elements(group: Group, before: JsonObject, after: JsonObject) -> frozenset[str]:
    """Return the elements of a group in which two resources differ."""
    alone = tuple(Group(name=one, owner=group.owner, elements=(one,)) for one in group.elements)
    return changed_groups(alone, before, after)


def put_group(resource: JsonObject, group: Group, source: JsonObject) -> None:
    """Make a resource say in a group what another says, in place; an element that it lacks is taken out."""
    for element in group.elements:
        for name in (element, f"_{element}"):
            resource.pop(name, None)
            if name in source:
                resource[name] = source[name]


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of one list of a kind of resource, by what tells them apart.

    An entry's own id tells it apart where it has one (CareTeam.participant), else what it points to.
    """

    type: str
    element: str
    by_name: Mapping[Hashable, JsonObject]

    def same(self, other: "Entries", name: Hashable) -> bool:
        """Tell whether both lists have the same entry of a name, or neither has one."""
        return self._content(name) == other._content(name)

    def _content(self, name: Hashable) -> bytes:
        entry = self.by_name.get(name)
        held = [] if entry is None else [entry]
        return serialise(canonical({"resourceType": self.type, self.element: held}))


def entries(resource: JsonObject, element: str) -> Entries:
    """Return the entries of a list that `reference_path` knows."""
    kind = str(resource["resourceType"])
    path = reference_path(kind, element) or ()
    return Entries(kind, element, {_name(one, path): one for one in resource.get(element, [])})


def pointing(entry: JsonObject, path: tuple[str, ...]) -> JsonObject:
    """Return the Reference in an entry of a list that `reference_path` knows, empty where it holds none."""
    found = entry
    for step in path:
        found = found.get(step, {})
    return found


def _name(entry: JsonObject, path: tuple[str, ...]) -> Hashable:
    return entry.get("id") or str(pointing(entry, path).get("reference"))


def _content(kind: str, group: Group, resource: JsonObject) -> bytes:
    found = {}
    for element in group.elements:
        for name in (element, f"_{element}"):
            if name in resource:
                found[name] = _told(kind, element, resource[name])
    return serialise({"resourceType": kind, **found})


def _told(kind: str, element: str, value: Any) -> Any:
    """Return what an element says to the plan: the order of a set says nothing."""
    if reference_path(kind, element) is None or not isinstance(value, list):
        return value
    return sorted(value, key=lambda one: serialise({"entry": one}))
