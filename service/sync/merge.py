"""Three-way merge by element group: each side's own changes, or a fork where both changed the same group.

| here    | there   | group                                   | verdict                                     |
| ------- | ------- | --------------------------------------- | ------------------------------------------- |
| same    | same    |                                         | Untouched                                   |
| changed | same    |                                         | Ours                                        |
| same    | changed |                                         | Theirs                                      |
| changed | changed | says the same                           | Untouched                                   |
| changed | changed | a list, each its own entries            | Both, entry by entry and never by index     |
| changed | changed | decided by a person                     | Ours or Theirs, as decided                  |
| changed | changed | critical, or shared                     | Fork: a person decides                      |
| changed | changed | owned by one side                       | that side's, and the other is told          |
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from service.fhir.json import JsonObject
from service.sync.authority import Authority
from service.sync.groups import Group, Owner, reference_path
from service.sync.sides import Sides, changed_elements, changed_groups, entries

LINKS = "links"
"""The group that ties a resource to its plan: our identifier, the patient, the plan stay as we say them.

A change of the chart that does not stand beside ours is undone, and told.
"""


class Choice(StrEnum):
    """What a person decided for one group."""

    OURS = "ours"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Who owns what, and what people decided about the groups of this resource, by group."""

    authority: Authority = field(default_factory=Authority)
    choices: Mapping[str, Choice] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Untouched:
    """Neither side changed it, or both say the same."""


@dataclass(frozen=True, slots=True)
class Ours:
    """Our change goes to the chart; `over` says that it goes over a change of theirs."""

    over: bool = False


@dataclass(frozen=True, slots=True)
class Theirs:
    """Their change comes into the plan; `over` says that it comes over a change of ours."""

    over: bool = False


@dataclass(frozen=True, slots=True)
class Both:
    """Each side changed entries of its own: `elements` has both."""

    elements: JsonObject


@dataclass(frozen=True, slots=True)
class Fork:
    """Both sides changed it to different things, and nobody but a person may choose."""


Verdict: TypeAlias = Untouched | Ours | Theirs | Both | Fork


def verdicts(sides: Sides, rules: Rules) -> dict[str, Verdict]:
    """Return what becomes of each group, by name."""
    here, there = sides.changed_here, sides.changed_there
    return {
        group.name: _verdict(group, sides, rules, changed=(group.name in here, group.name in there))
        for group in sides.groups
    }


def joined(sides: Sides, found: Mapping[str, Verdict]) -> JsonObject:
    """Return the resource as the plan should read it: theirs where theirs is taken, ours everywhere else.

    Where the server dropped an element of ours, its absence is no edit: ours stays.
    """
    resource = dict(sides.theirs)
    for group in sides.groups:
        match found[group.name]:
            case Theirs():
                continue
            case Both(elements):
                _lay(resource, group, {**sides.theirs, **elements})
            case _:
                _lay(resource, group, sides.ours)
    return resource


def _verdict(group: Group, sides: Sides, rules: Rules, *, changed: tuple[bool, bool]) -> Verdict:
    match changed:
        case (False, False):
            return Untouched()
        case _ if group.name in rules.choices:
            return _chosen(rules.choices[group.name], sides, group)
        case (True, False):
            return Ours()
        case (False, True):
            return Ours(over=True) if group.name == LINKS else Theirs()
        case _:
            return _of_two_changes(group, sides, rules)


def _of_two_changes(group: Group, sides: Sides, rules: Rules) -> Verdict:
    if _alike(group, sides):
        return Untouched()
    elements = _entry_by_entry(group, sides)
    if elements is not None:
        return Both(elements)
    return _owned(group, rules.authority.owner(sides.kind, group))


def _chosen(choice: Choice, sides: Sides, group: Group) -> Verdict:
    if _alike(group, sides):
        return Untouched()
    return Ours(over=True) if choice is Choice.OURS else Theirs(over=True)


def _alike(group: Group, sides: Sides) -> bool:
    return not changed_groups((group,), sides.ours, sides.theirs)


def _owned(group: Group, owner: Owner) -> Verdict:
    if group.critical or owner is Owner.SHARED:
        return Fork()
    return Ours(over=True) if owner is Owner.US else Theirs(over=True)


def _entry_by_entry(group: Group, sides: Sides) -> JsonObject | None:
    """Return the group's changed lists with each side's entries, None where both changed one thing."""
    agreed = sides.agreed
    touched = changed_elements(group, agreed.ours, sides.ours) | changed_elements(
        group, agreed.theirs, sides.theirs
    )
    merged: JsonObject = {}
    for element in touched:
        whole = reference_path(sides.type, element) is None
        found = None if whole else _list(element, sides)
        if found is None:
            return None
        merged[element] = found
    return merged


def _list(element: str, sides: Sides) -> list[Any] | None:
    """Return theirs with our changes of other entries in it, None where both changed one entry."""
    was_ours, ours = entries(sides.agreed.ours, element), entries(sides.ours, element)
    was_theirs, theirs = entries(sides.agreed.theirs, element), entries(sides.theirs, element)
    result = dict(theirs.by_name)
    for name in dict.fromkeys((*was_ours.by_name, *ours.by_name)):
        if was_ours.same(ours, name):
            continue
        if not was_theirs.same(theirs, name):
            return None
        result.pop(name, None)
        if name in ours.by_name:
            result[name] = ours.by_name[name]
    return list(result.values())


def _lay(resource: JsonObject, group: Group, source: JsonObject) -> None:
    for element in group.elements:
        for name in (element, f"_{element}"):
            resource.pop(name, None)
            if source.get(name):
                resource[name] = source[name]
