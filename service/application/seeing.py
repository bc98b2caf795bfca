"""What of a revision somebody sees: everything for the plan's patient, for others no entry kept from them."""

from dataclasses import dataclass, replace

from service.domain.plan import Plan
from service.domain.revision import Revision
from service.domain.sharing import unshared, without_unshared


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A revision as somebody sees it; `withheld` counts the journal entries that are left out."""

    revision: Revision
    withheld: int = 0

    @property
    def plan(self) -> Plan:
        """The plan as they see it."""
        return self.revision.plan


def seen(revision: Revision, *, whole: bool) -> Seen:
    """Return what is shown of a revision; `whole` is for the patient's own eyes."""
    withheld = 0 if whole else len(unshared(revision.plan))
    if not withheld:
        return Seen(revision=revision)
    return Seen(revision=replace(revision, plan=without_unshared(revision.plan)), withheld=withheld)
