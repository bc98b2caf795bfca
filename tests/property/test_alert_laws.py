"""An alert is never lost, whatever ends between any two steps, and never closed without name and reason."""

from contextlib import suppress
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from service.domain.alert import WAITING, Alert, AlertState, Happening
from service.domain.values import Invalid
from tests.fakes.storage import MemoryStorage, MemoryUnitOfWork
from tests.scenarios.ward import LASTING, PASSING, Ward
from tests.strategies import FEW


class Killed(BaseException):
    """The process ends here."""


class MortalStorage(MemoryStorage):
    """Storage of a process that can end at a commit: before it is kept, or just after."""

    def __init__(self) -> None:
        super().__init__()
        self.commits_left: int | None = None
        self.kept_last = False

    def begin(self, *, write: bool = True) -> MemoryUnitOfWork:
        return _MortalWork(self, write=write)


class _MortalWork(MemoryUnitOfWork):
    def commit(self) -> None:
        storage = self._storage
        assert isinstance(storage, MortalStorage)
        if storage.commits_left is None:
            super().commit()
            return
        storage.commits_left -= 1
        if storage.commits_left >= 0:
            super().commit()
            return
        if storage.kept_last:
            super().commit()
        raise Killed


MINUTES = st.integers(0, 90)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), MINUTES),
        st.tuples(st.just("carry"), st.sampled_from((None, PASSING, LASTING))),
        st.tuples(st.just("killed at a commit"), st.tuples(st.integers(0, 4), st.booleans())),
        st.tuples(st.just("killed while sending"), st.booleans()),
        st.tuples(st.just("answer"), st.sampled_from(("", "n.okafor"))),
        st.tuples(st.just("close"), st.sampled_from((("", "Seen"), ("n.okafor", ""), ("n.okafor", "Seen")))),
    ),
    max_size=10,
)


def take(ward: Ward, step: str, how) -> None:
    match step:
        case "wait":
            ward.clock.forward(timedelta(minutes=how))
        case "carry":
            ward.carrier.everything = how
            ward.carries()
            ward.carrier.everything = None
        case "killed at a commit":
            ward.storage.commits_left, ward.storage.kept_last = how
            with suppress(Killed):
                ward.carries()
            ward.storage.commits_left = None
        case "killed while sending":
            sending(ward, arrives=how)
        case "answer":
            with suppress(Invalid):
                ward.acknowledges(how)
        case "close":
            with suppress(Invalid):
                ward.closes(*how)


def sending(ward: Ward, *, arrives: bool) -> None:
    carry = ward.carrier.carry

    def dying(message):
        if arrives:
            carry(message)
        raise Killed

    ward.carrier.carry = dying
    with suppress(Killed):
        ward.carries()
    ward.carrier.carry = carry


def check(alert: Alert) -> None:
    answered = {Happening.ACKNOWLEDGED, Happening.CLOSED} & {one.what for one in alert.entries}
    assert (alert.state in WAITING) is not bool(answered)
    assert (alert.due_at is not None) is (alert.state in WAITING)
    if alert.state is AlertState.CLOSED:
        assert alert.entries[-1].who
        assert alert.entries[-1].detail


@given(STEPS)
def test_an_alert_is_never_lost_and_never_closed_by_nobody(steps):
    ward = Ward(storage=MortalStorage())
    ward.answers()
    number = ward.alert.number
    for step, how in steps:
        take(ward, step, how)
        alert = ward.alert
        check(alert)
        assert alert.number >= number
        number = alert.number
    waits = ward.alert.state in WAITING
    before = len(ward.carrier.carried)
    for _ in range(3):
        ward.clock.forward(timedelta(hours=4))
        ward.carries()
    reached = {one.to.value for one in ward.carrier.carried[before:]}
    assert reached == ({"recipient", "backup"} if waits else set())


@FEW
@given(st.integers(0, 3), st.booleans())
def test_a_score_and_its_alert_are_kept_together_or_not_at_all(commits, kept):
    ward = Ward(storage=MortalStorage())
    ward.storage.commits_left, ward.storage.kept_last = commits, kept
    with suppress(Killed):
        ward.answers()
    ward.storage.commits_left = None
    with ward.storage.begin(write=False) as work:
        scores = work.plans.head(ward.plan.id).plan.scores
    assert [one.score_id for one in ward.alerts] == [one.id for one in scores]
