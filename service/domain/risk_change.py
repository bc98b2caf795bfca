"""Which scores of a next snapshot need a clinician's assessment that those of the last one did not."""

from collections.abc import Iterator

from service.domain.findings.risk import positive_items
from service.domain.measure import RecordStatus, Score
from service.domain.plan import Plan


def newly_positive(before: Plan | None, after: Plan) -> tuple[str, ...]:
    """Return the ids of the scores with a risk item answered positively now and not before.

    An answer that is there in both is not asked again; one that was corrected away and back is.
    """
    known = {} if before is None else {one.id: _positive(one) for one in before.scores}
    return tuple(one.id for one in after.scores if _positive(one) - known.get(one.id, frozenset()))


def latest_positive(plan: Plan) -> tuple[str, ...]:
    """Return the ids of the scores, the last of each instrument, with a risk item answered positively.

    It is for a chart that is read for the first time: what was answered before is its history.
    """
    return tuple(one.id for one in _latest(plan) if _positive(one))


def _latest(plan: Plan) -> Iterator[Score]:
    for measure in {one.measure: None for one in plan.scores}:
        told = [one for one in plan.scores if one.measure == measure and _counts(one)]
        if told:
            yield max(told, key=lambda one: (one.taken_at, one.id))


def _positive(score: Score) -> frozenset[int]:
    return frozenset(positive_items(score) or ()) if _counts(score) else frozenset()


def _counts(score: Score) -> bool:
    return score.status is not RecordStatus.ENTERED_IN_ERROR
