"""Who owns which element group: the tables of `groups`, and what an operator says otherwise.

Owner-wins never settles a critical group: dose, status, risk and stop reasons always wait for a person, and
an operator who names an owner for one is told so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.sync.groups import Group, Owner, tables


class NotOwned(ValueError):
    """An operator's word names a group or an owner that there is not, or a group that no owner settles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """The owners on one connection; `words` has an operator's own, by `Kind.group` such as `Goal.target`."""

    words: Mapping[str, Owner] = field(default_factory=dict)

    def owner(self, kind: str, group: Group) -> Owner:
        """Return whose value stands when both sides changed a group of a kind of resource."""
        return self.words.get(f"{kind}.{group.name}", group.owner)


def authority_of(words: Mapping[str, object]) -> Authority:
    """Read an operator's words, an owner by `Kind.group`; raises `NotOwned`, which names the group."""
    known = {f"{kind}.{group.name}": group for kind, groups in tables().items() for group in groups}
    for place, owner in words.items():
        if place not in known:
            raise NotOwned(f"there is no group {place}")
        if known[place].critical:
            raise NotOwned(f"{place} has no owner: a person settles it")
        if owner not in tuple(Owner):
            raise NotOwned(f"{place} is owned by one of {', '.join(Owner)}")
    return Authority(words={place: Owner(str(owner)) for place, owner in words.items()})
