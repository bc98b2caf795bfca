"""Evidence that the chart withdrew: what rested on it is named to the team, and nobody writes over it."""

from collections.abc import Iterator, Mapping

from service.fhir.json import JsonObject
from service.fhir.references import references_in
from service.fhir.transitions import is_withdrawn
from service.mapping.references import Key
from service.ports.ehr import Held
from service.sync.agenda import Agenda
from service.sync.imported import plainly_said
from service.sync.questions import Question
from service.sync.reconciliation import Cause
from service.sync.tracked import Seen

_EVIDENCE = frozenset({"Condition", "Observation", "QuestionnaireResponse"})
# They name everything, and rest on none of it.
_WHOLE_PLAN = frozenset({"CarePlan", "CareTeam", "Patient", "Provenance"})


def look_for_withdrawn(agenda: Agenda, seen: Seen) -> tuple[Question, ...]:
    """Return what the chart withdrew since both sides agreed, each with the items that rest on it."""
    fresh = {key: one for key, one in seen.items() if isinstance(one, Held) and _newly(agenda, key, one)}
    if not fresh:
        return ()  # as at nearly every pass: the whole plan need not be rendered for it
    said = plainly_said(agenda)
    return tuple(
        Question(
            key=key,
            cause=Cause.EVIDENCE_WITHDRAWN,
            ours=said[key],
            candidates={held.reference: held.resource},
            about=frozenset(map(str, _resting_on(key, said))) or frozenset({str(key)}),
        )
        for key, held in sorted(fresh.items())
        if key in said and not is_withdrawn(said[key])
    )


def _newly(agenda: Agenda, key: Key, held: Held) -> bool:
    known = key.type in _EVIDENCE and is_withdrawn(held.resource)
    before = is_withdrawn(agenda.entry(key).agreed_theirs or {})
    return known and not before and not agenda.answers.noted(key, Cause.EVIDENCE_WITHDRAWN)


def _resting_on(key: Key, said: Mapping[Key, JsonObject]) -> Iterator[Key]:
    for other, resource in said.items():
        named = {reference.get("reference") for _, reference in references_in(resource)}
        if other.type not in _WHOLE_PLAN and key.urn in named:
            yield other
