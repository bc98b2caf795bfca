"""Running orders of the chart that no plan can hold: drug or dose stand there in words, or not at all.

They are told in the inbox, each with the FHIR path and the reason, and told again only when they change.
"""

from collections.abc import Iterable, Iterator

from service.mapping.reading import Issue
from service.mapping.references import Key
from service.ports.ehr import Held
from service.sync.adopting import LINKS_OF_ORDERS, Copying, reading
from service.sync.agenda import Agenda
from service.sync.questions import Question
from service.sync.reconciliation import Cause

_KIND = "MedicationRequest"


def tell_untaken(agenda: Agenda, orders: Iterable[Held], copying: Copying) -> tuple[Question, ...]:
    """Return what people have to know of orders that cannot be taken up, those aside that somebody noted."""
    told = (_told(agenda, held, copying) for held in orders)
    return tuple(one for one in told if not agenda.answers.noted_as_shown(one))


def _told(agenda: Agenda, held: Held, copying: Copying) -> Question:
    issues = tuple(_issues(agenda, held, copying))
    return Question(
        key=Key("CarePlan", agenda.plan.id),
        cause=Cause.CANNOT_TAKE_UP,
        candidates={held.reference: held.resource},
        about=frozenset(one.path for one in issues),
        issues=issues,
    )


def _issues(agenda: Agenda, held: Held, copying: Copying) -> Iterator[Issue]:
    found, _ = reading(agenda, held, copying)
    for one in found.issues:
        if one.path.startswith((_KIND, "Plan")) and not one.path.startswith(LINKS_OF_ORDERS):
            yield Issue(one.path.rstrip("."), one.reason)
