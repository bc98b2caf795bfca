"""Faults that lose a request, its answer or a part of it, and errors before and after the effect."""

import pytest

from service.sandbox.wire import NoAnswer, Silence
from tests.unit.sandbox.faults.faulty import Faulty, patient
from tests.unit.sandbox.in_process import words


@pytest.mark.parametrize(
    ("fault", "seen"), [("no-connection", Silence.REFUSED), ("lost-request", Silence.DROPPED)]
)
def test_a_request_that_never_arrives_has_no_effect(fault: str, seen: Silence) -> None:
    ehr = Faulty(fault)
    assert ehr.silence("POST", "/Patient", patient()) is seen
    assert ehr.silence("GET", "/Patient") is seen
    assert ehr.held() == []


def test_a_lost_response_hides_an_effect() -> None:
    ehr = Faulty("lost-response")
    assert ehr.silence("POST", "/Patient", patient()) is Silence.DROPPED
    assert ehr.held() == ["r1"]
    assert ehr.ask("GET", "/Patient/r1").status == 200, "only writes, unless told"


def test_a_read_s_answer_is_lost_when_reads_are_named() -> None:
    ehr = Faulty("lost-response interaction=read,search")
    assert ehr.ask("POST", "/Patient", patient()).status == 201
    assert ehr.silence("GET", "/Patient/r1") is Silence.DROPPED
    assert ehr.silence("GET", "/Patient") is Silence.DROPPED


def test_a_cut_body_comes_after_the_effect_and_knows_the_whole() -> None:
    ehr = Faulty("cut-body")
    with pytest.raises(NoAnswer) as caught:
        ehr.ask("POST", "/Patient", patient())
    assert caught.value.how is Silence.CUT
    assert caught.value.answer.status == 201
    assert ehr.held() == ["r1"]


@pytest.mark.parametrize(("fault", "status"), [("error-before", 500), ("error-before status=503", 503)])
def test_an_error_before_has_no_effect(fault: str, status: int) -> None:
    ehr = Faulty(fault)
    answer = ehr.ask("POST", "/Patient", patient())
    assert answer.status == status
    assert "fault" in words(answer)
    assert ehr.held() == []


@pytest.mark.parametrize(("fault", "status"), [("error-after", 500), ("error-after status=502", 502)])
def test_an_error_after_hides_an_effect(fault: str, status: int) -> None:
    ehr = Faulty(fault)
    assert ehr.ask("POST", "/Patient", patient()).status == status
    assert ehr.held() == ["r1"]
    assert ehr.ask("GET", "/Patient/r1").status == 200


def test_latency_waits_before_anything_happens_and_adds_up() -> None:
    ehr = Faulty("latency seconds=2", "latency seconds=0.5 interaction=create", "no-connection times=1")
    assert ehr.silence("POST", "/Patient", patient()) is Silence.REFUSED
    assert ehr.ask("GET", "/Patient").status == 200
    assert ehr.slept == [2.5, 2]


def test_a_late_effect_comes_only_after_the_look_up() -> None:
    ehr = Faulty("late-effect times=1")
    assert ehr.silence("POST", "/Patient", patient(), If_None_Exist="active=true") is Silence.DROPPED
    assert ehr.ehr.under_way == 1
    assert ehr.found("/Patient") == []
    assert ehr.ehr.under_way == 0
    assert ehr.found("/Patient") == ["r1"]


def test_a_late_effect_may_wait_for_several_look_ups() -> None:
    ehr = Faulty("late-effect times=1 looks=2")
    ehr.silence("POST", "/Patient", patient())
    assert [ehr.found("/Patient") for _ in range(3)] == [[], [], ["r1"]]


def test_a_late_effect_is_judged_when_it_comes() -> None:
    ehr = Faulty()
    ehr.made("Patient")
    ehr.arm("late-effect times=1")
    ehr.silence("PUT", "/Patient/r1", patient(id="r1", active=True), If_Match='W/"1"')
    assert ehr.ask("PUT", "/Patient/r1", patient(id="r1", active=False), If_Match='W/"1"').status == 200
    ehr.ask("GET", "/Patient/r1")
    assert ehr.body("GET", "/Patient/r1")["active"] is False, "its version was stale by then"


@pytest.mark.parametrize("how", ["settle", "disarm"])
def test_a_late_effect_can_be_brought_about(how: str) -> None:
    ehr = Faulty("late-effect")
    ehr.silence("POST", "/Patient", patient())
    getattr(ehr.ehr, how)()
    assert ehr.held() == ["r1"]
