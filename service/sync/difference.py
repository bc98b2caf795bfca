"""What is different between two states of a resource, in the words that a clinician reads."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from types import MappingProxyType

from service.fhir.json import JsonObject
from service.fhir.references import references_in
from service.mapping.references import Key
from service.ports.storage import LinkState
from service.sync.agenda import Agenda
from service.sync.groups import groups_of
from service.sync.imported import plainly_said
from service.sync.intake import Intake
from service.sync.merge import LINKS
from service.sync.sides import changed_groups
from service.sync.words import lines_of, name_of

NOBODY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDifference:
    """One group of elements before and after; nothing was said before of what is new."""

    group: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What changes in one resource: which one it is, what it is called, and each group that changes."""

    resource_type: str
    item_id: str
    name: str
    new: bool
    groups: tuple[GroupDifference, ...]


def difference(
    key: Key, before: JsonObject | None, after: JsonObject, *, names: Mapping[str, str] = NOBODY
) -> Difference:
    """Return what is different; how resources point to each other is left to the requests.

    `names` has what resources are called by their addresses.
    """
    kind = str(after["resourceType"])
    held = before or {"resourceType": kind}
    groups = groups_of(after)
    changed = changed_groups(groups, held, after)
    return Difference(
        resource_type=kind,
        item_id=key.item,
        name=name_of(after) or name_of(held),
        new=before is None,
        groups=tuple(
            GroupDifference(
                group=group.name,
                before=tuple(lines_of(group, _called(held, names))),
                after=tuple(lines_of(group, _called(after, names))),
            )
            for group in groups
            if group.name in changed and group.name != LINKS
        ),
    )


def _called(resource: JsonObject, names: Mapping[str, str]) -> JsonObject:
    """Return a copy to be read, whose references say whom or what they mean where they do not say it."""
    copied = deepcopy(resource)
    for _, reference in references_in(copied):
        name = names.get(str(reference.get("reference")))
        if name:
            reference.setdefault("display", name)
    return copied


def taken_in(agenda: Agenda, intake: Intake) -> tuple[Difference, ...]:
    """Return what a look at the chart changes in the plan; `agenda` is as it was before."""
    was, becomes = plainly_said(agenda), plainly_said(replace(agenda, plan=intake.plan))
    found = [difference(key, None, becomes[key]) for key in sorted(becomes.keys() - was.keys())]
    for key, entry in sorted(intake.entries.items()):
        agreed = entry.agreed_ours is not None and agenda.entry(key).agreed_ours is not None
        if agreed and key in was.keys() & becomes.keys() and entry.state not in _LEFT_ALONE:
            one = difference(key, was[key], becomes[key])
            found += [one] if one.groups else []
    return tuple(found)


_LEFT_ALONE = frozenset({LinkState.CONFLICT, LinkState.DETACHED})
