"""What stands under our identifier and was never agreed on: a write got no answer, or the ledger was lost.

Nothing is merged without a base. Where both sides say the same they agree; where not, a person decides on
every group in which they differ.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace

from service.fhir.json import JsonObject
from service.mapping.references import Key
from service.ports.ehr import Held
from service.sync.agenda import Agenda, remote_of
from service.sync.claimants import by_item
from service.sync.companions import comparable
from service.sync.groups import Group
from service.sync.sides import Agreed, Sides, changed_groups


def note_places(agenda: Agenda, said: Mapping[Key, JsonObject], carriers: Iterable[Held]) -> None:
    """Note where that stands which carries our identifier, of items that have no place yet."""
    for key, found in by_item(agenda, carriers).items():
        if key in said and remote_of(agenda.ledger.get(key)) is None:
            remote_id = found[0].reference.partition("/")[2]
            agenda.ledger[key] = replace(agenda.entry(key), remote_id=remote_id)


def unagreed(agenda: Agenda, said: Mapping[Key, JsonObject], *, stopped: Set[Key]) -> dict[Key, str]:
    """Return the addresses of what is ours and in the chart, and was never agreed on."""
    return {
        key: address
        for key in said
        if key not in stopped
        and not agenda.matched(key)
        and (address := agenda.address(key)) is not None
        and agenda.entry(key).agreed_theirs is None
    }


def sides_of(ours: JsonObject, theirs: JsonObject, *, over: JsonObject) -> tuple[Sides, frozenset[str]]:
    """Return the sides of what was never agreed on, and the groups in which they differ.

    `over` is what we would write: ours, laid over theirs.
    """
    whole = Sides(agreed=Agreed(ours=ours, theirs=theirs), ours=ours, theirs=theirs)
    apart = changed_groups(whole.groups, *comparable(theirs, over))
    groups = tuple(group for group in whole.groups if group.name in apart)
    base = Agreed(ours=_without(ours, groups), theirs=_without(theirs, groups), known=False)
    return replace(whole, agreed=base), apart


def _without(resource: JsonObject, groups: tuple[Group, ...]) -> JsonObject:
    gone = {name for group in groups for one in group.elements for name in (one, f"_{one}")}
    return {name: value for name, value in resource.items() if name not in gone}
