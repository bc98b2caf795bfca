"""The part about the feed counts what is asked of the EHR, and tells writes from readings."""

from bench.feed import Recorder
from bench.installation import installed
from bench.plans import fresh_plans
from bench.sink import Sink


def test_a_push_is_recorded_as_a_write_and_its_searches_by_themselves() -> None:
    recorder = Recorder(Sink())
    with installed("http://nowhere.invalid/fhir", recorder) as installation:
        plan_id = installation.load(next(fresh_plans()))
        assert recorder.writes == 0
        installation.push(plan_id)
    assert recorder.writes == 1
    assert recorder.calls > len(recorder.searches) > 0
