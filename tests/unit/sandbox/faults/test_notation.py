"""A fault written as text, as JSON, and read again is the same fault; what makes no sense is named."""

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.fhir.json import dumps, loads
from service.sandbox.faults.effects import Effect, Form, Latency, LostResponse, Says
from service.sandbox.faults.knobs import KNOBS, Knob, knob_of
from service.sandbox.faults.notation import Fault, read_json, read_text, to_json, to_text
from service.sandbox.faults.scope import WRITES, Interaction, Scope
from service.sandbox.faults.values import NotAFault

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "status": st.integers(400, 599),
    "seconds": st.integers(0, 10**6).map(lambda number: number / 4),
    "looks": st.integers(1, 9),
    "retry_after": st.integers(0, 999),
    "form": st.sampled_from(Form),
    "versions": st.integers(1, 99),
    "says": st.sampled_from(Says),
    "paths": st.lists(
        st.sampled_from(["Goal.note", "CarePlan.activity.detail"]), min_size=1, unique=True
    ).map(tuple),
    "sets": st.dictionaries(st.text(), st.text() | st.none(), max_size=3).map(dumps),
    "patient": st.sampled_from(["", "Patient/1"]),
    "into": st.sampled_from(["", "Patient/2"]),
    "resource": st.sampled_from(["", "Goal/a-1"]),
    "to": st.sampled_from(["", "Patient/3"]),
}


@st.composite
def faults(draw: st.DrawFn) -> Fault:
    knob = draw(st.sampled_from(list(KNOBS.values())))
    scope = Scope(
        interactions=draw(st.sampled_from([knob.usual, frozenset({min(knob.suits)})])),
        types=frozenset(draw(st.lists(st.sampled_from(["Goal", "Patient", "CarePlan"]), max_size=2))),
        after=draw(st.integers(0, 5)),
        times=draw(st.integers(1, 5)) if knob.times else draw(st.none() | st.integers(1, 5)),
        chance=draw(st.sampled_from([1.0, 0.5, 0.25])),
        seed=draw(st.integers(0, 3)),
    )
    return Fault(
        effect=knob.makes(**{one.name: draw(VALUES[one.name]) for one in fields(knob.makes)}), scope=scope
    )


@given(faults())
def test_a_fault_comes_back_from_its_text_and_its_json(fault: Fault) -> None:
    assert read_text(to_text(fault)) == fault
    assert read_json(loads(dumps(to_json(fault)))) == fault


def test_the_short_text_says_only_what_is_unusual() -> None:
    fault = read_text("lost-response after=3 type=MedicationRequest")
    assert fault == Fault(
        effect=LostResponse(),
        scope=Scope(interactions=WRITES, types=frozenset({"MedicationRequest"}), after=3),
    )
    assert to_text(fault) == "lost-response type=MedicationRequest after=3"
    assert to_json(fault) == {"fault": "lost-response", "type": ["MedicationRequest"], "after": 3}
    assert (
        to_text(replace(fault, effect=Latency(), scope=Scope(interactions=KNOBS["latency"].usual)))
        == "latency"
    )


def test_json_may_use_lists_numbers_and_objects_where_text_has_words() -> None:
    assert read_json({"fault": "latency", "seconds": Decimal("1.5")}) == read_text("latency seconds=1.5")
    assert read_json({"fault": "meanwhile-edit", "sets": {"a": 1}}) == read_text(
        "meanwhile-edit sets='{\"a\":1}'"
    )
    listed = read_json({"fault": "error-after", "interaction": ["create", "update"], "type": ["Goal"]})
    assert listed == read_text("error-after interaction=update,create type=Goal")


NONSENSE = {
    "": "begins with its name",
    "latency seconds='1": "quotes",
    "nothing-known": "no fault named nothing-known",
    "latency seconds": "seconds must stand once",
    "latency seconds=1 seconds=2": "seconds must stand once",
    "latency nonsense=1": "latency: nonsense is not known",
    "latency seconds=x": "latency: seconds: must be a number",
    "latency seconds=-1": "seconds: must not be negative",
    "latency seconds=inf": "seconds: must be a number of seconds",
    "latency after=-1": "after: must be a whole number",
    "latency after=9999999999": "after: must be a whole number",
    "latency times=0": "times: must be 1 or more",
    "latency chance=1.5": "chance: must be from 0 to 1",
    "latency type=Medicine": "type: Medicine is no resource type",
    "latency interaction=sing": "interaction: must be one of read",
    "stale-search interaction=create": "stale-search: interaction: create has nothing to do with it",
    "error-after status=200": "status: must be a status from 400 to 599",
    "overloaded form=words": "form: must be one of seconds, date",
    "dropped-elements": "dropped-elements: paths must be given",
    "dropped-elements paths=Goal": "paths: Goal is no path",
    "dropped-elements paths=Medicine.dose": "paths: Medicine.dose is no path",
    "merged-patient patient=Goal/1": "patient: must be Patient/id",
    "moved-resource resource=Goal": "resource: must be Type/id",
    "meanwhile-edit sets=[]": "sets: must be a JSON object",
}


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_is_refused_by_name(text: str) -> None:
    with pytest.raises(NotAFault, match=NONSENSE[text]):
        read_text(text)


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"fault": 1},
        {"fault": "latency", "seconds": True},
        {"fault": "latency", "seconds": []},
        {"fault": "latency", "after": True},
    ],
)
def test_nonsense_in_json_is_refused(written: dict[str, Any]) -> None:
    with pytest.raises(NotAFault):
        read_json(written)


def test_every_effect_of_the_union_has_one_knob_and_the_other_way_round() -> None:
    assert sorted(get_args(Effect), key=str) == sorted((knob.makes for knob in KNOBS.values()), key=str)
    assert len({knob.makes for knob in KNOBS.values()}) == len(KNOBS)


@pytest.mark.parametrize("knob", KNOBS.values(), ids=KNOBS)
def test_a_knob_says_what_it_does_and_takes_what_its_effect_has(knob: Knob) -> None:
    assert set(knob.takes) == {one.name for one in fields(knob.makes)}
    assert knob.usual <= knob.suits <= frozenset(Interaction)
    assert knob.does.endswith(".")
    needed = {"paths": ("Goal.note",)} if "paths" in knob.takes else {}
    assert knob_of(knob.makes(**needed)) is knob
