"""Every field of the domain, as docs/mapping.md names it, and plans that differ in one of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from service.domain.appointment import AppointmentStatus
from service.domain.background import TreatmentKind
from service.domain.medication import OrderStatus
from service.domain.people import Person, Role
from service.domain.plan import Plan, items
from service.domain.values import Invalid
from service.mapping.graph import Subject
from tests.builders import (
    COORDINATOR,
    COUNSELOR,
    DIRECTORY,
    NURSE,
    PSYCHIATRIST,
    THERAPIST,
    a_medication,
    a_past_treatment,
    a_team_member,
    a_warning_sign,
    an_appointment,
    the_full_plan,
    uid,
)

Steps = tuple[str | int, ...]
# As many places of one field as show each way in which it can be written.
_PLACES = 2
_PEOPLE = "people[]"
# The one field that another rules: a maximum has the unit of its dose, so that both change as one.
MAXIMUM_UNIT = "medications[].dosage[].max_per_day.unit"
DOSE_UNIT = "medications[].dosage[].dose.unit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One field that holds a plain value, or a list of them; `refers` is the group whose items it names."""

    path: str
    kind: type[Any]
    many: bool = False
    optional: bool = False
    refers: str | None = None

    @property
    def steps(self) -> list[str]:
        """The names on the way to it, below the plan or the person."""
        return self.path.removeprefix(f"{_PEOPLE}.").split(".")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Two plans that differ in one field; `item` is the one that has another id afterwards."""

    before: Subject
    after: Subject
    item: str | None = None


def leaves(kind: type[Any], path: str = "") -> Iterator[Leaf]:
    """Give every field below a type that is no value of the domain itself."""
    hints = get_type_hints(kind)
    for one in fields(kind):
        held = _plain(hints[one.name])
        many = get_origin(held) is tuple
        held = get_args(held)[0] if many else held
        here = f"{path}.{one.name}".lstrip(".") + ("[]" if many else "")
        if is_dataclass(held):
            yield from leaves(held, here)  # type: ignore[arg-type]  # get_type_hints gives types
        else:
            yield Leaf(
                path=here,
                kind=held,
                many=many,
                optional=one.default is None,
                refers=one.metadata.get("refers"),
            )


def _plain(hint: Any) -> Any:
    if isinstance(hint, UnionType):
        return next(one for one in get_args(hint) if one is not type(None))
    return hint


# Whom alerts reach is ours alone: docs/mapping.md lists it under what is not carried.
_OURS_ALONE = "safety."
LEAVES: Mapping[str, Leaf] = {
    leaf.path: leaf
    for leaf in (*leaves(Plan), *leaves(Person, _PEOPLE))
    if not leaf.path.startswith(_OURS_ALONE)
}


def carried(plan: Plan) -> Plan:
    """What a chart may hold of a plan."""
    return replace(plan, journal=tuple(entry for entry in plan.journal if entry.shared), safety=None)


def _every_way() -> Plan:
    """What a chart may hold of the full plan, with each thing in each way in which it can be written.

    Everybody stands in the team, so that nobody comes or goes when another field names somebody else.
    """
    plan = carried(the_full_plan())
    members = (
        (NURSE, Role.PSYCHIATRIC_NURSE),
        (COORDINATOR, Role.CARE_COORDINATOR),
        (COUNSELOR, Role.COUNSELOR),
    )
    more = (
        a_team_member(id=uid(f"care_team-{n}"), person=one.id, role=role)
        for n, (one, role) in enumerate(members, start=3)
    )
    untimed = an_appointment(
        id=uid("appointments-2"), status=AppointmentStatus.PROPOSED, start=None, end=None
    )
    return replace(
        plan,
        care_team=(*plan.care_team, *more),
        history=tuple(a_past_treatment(id=uid(f"history-{kind}"), kind=kind) for kind in TreatmentKind),
        medications=(a_medication(id=uid("medications-2"), status=OrderStatus.COMPLETED), *plan.medications),
        appointments=(untimed, *plan.appointments),
        warning_signs=(*plan.warning_signs, a_warning_sign(id=uid("warning_signs-1"), text="I sleep less")),
    )


FULL = _every_way()
SUBJECT = Subject(plan=FULL, people=DIRECTORY)


def changes(leaf: Leaf) -> Iterator[Change]:
    """Give pairs of plans that differ in this field, and in what the domain lets change with it alone."""
    if leaf.path.rpartition(".")[2] == "id":
        yield _renamed_item(leaf)
    elif leaf.path.startswith(_PEOPLE):
        for person in (PSYCHIATRIST, THERAPIST):
            for before, after in _pairs(person, leaf):
                yield Change(before=_with_person(before), after=_with_person(after))
    elif leaf.path == MAXIMUM_UNIT:
        yield Change(before=SUBJECT, after=replace(SUBJECT, plan=_in_millilitres(FULL)))
    else:
        for before, after in _pairs(FULL, leaf):
            yield Change(before=_with_plan(before), after=_with_plan(after))


def _with_plan(plan: Plan) -> Subject:
    return SUBJECT if plan is FULL else replace(SUBJECT, plan=plan)


def _with_person(person: Person) -> Subject:
    return replace(SUBJECT, people={**DIRECTORY, person.id: person})


def _renamed_item(leaf: Leaf) -> Change:
    """The plan with another id for one item, wherever it is named."""
    of_person = leaf.path.startswith(_PEOPLE)
    old = PSYCHIATRIST.id if of_person else read(FULL, next(places(FULL, leaf.steps)))
    people = [renamed(one, old) for one in DIRECTORY.values()]
    after = Subject(plan=renamed(FULL, old), people={one.id: one for one in people})
    return Change(before=SUBJECT, after=after, item=old)


def renamed(value: Any, old: str) -> Any:
    """Return a value in which another id stands wherever this one stood."""
    match value:
        case str() if value == old:
            return uid("renamed")
        case tuple():
            return tuple(renamed(one, old) for one in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            return replace(
                value, **{one.name: renamed(getattr(value, one.name), old) for one in fields(value)}
            )
        case _:
            return value


def _in_millilitres(plan: Plan) -> Plan:
    first, order, *others = plan.medications
    step = order.dosage[0]
    assert step.max_per_day is not None
    dose, most = replace(step.dose, unit="mL"), replace(step.max_per_day, unit="mL")
    changed = replace(order, dosage=(replace(step, dose=dose, max_per_day=most), *order.dosage[1:]))
    return replace(plan, medications=(first, changed, *others))


def _pairs(whole: Any, leaf: Leaf) -> Iterator[tuple[Any, Any]]:
    """Give each other value once, and at least one at every place."""
    said: set[str] = set()
    for place in list(places(whole, leaf.steps))[:_PLACES]:
        first = True
        for value in _others(leaf, read(whole, place)):
            pair = _pair(whole, place, value) if first or repr(value) not in said else None
            if pair is not None:
                first = False
                said.add(repr(value))
                yield pair


def _pair(whole: Any, place: Steps, value: Any) -> tuple[Any, Any] | None:
    """Return the whole and the changed one; where a rule forbids it, both without what the rule names."""
    for before in _simpler(whole, place):
        try:
            return before, put(before, place, value)
        except Invalid:
            continue
    return None


def _simpler(whole: Any, place: Steps) -> Iterator[Any]:
    yield whole
    for depth in range(len(place)):
        holder = read(whole, place[:depth])
        for one in fields(holder) if is_dataclass(holder) else ():
            if one.name != place[depth] and one.default in (None, ()):
                try:
                    yield put(whole, (*place[:depth], one.name), one.default)
                except Invalid:
                    continue


def places(value: Any, steps: list[str]) -> Iterator[Steps]:
    """Give where a field is set: names and list indexes; a list of plain values is one place."""
    name, *rest = steps
    held = getattr(value, name.removesuffix("[]"))
    here: Steps = (name.removesuffix("[]"),)
    if held is None or held == ():
        return
    if not rest:
        yield here
    elif name.endswith("[]"):
        yield from ((*here, n, *more) for n, one in enumerate(held) for more in places(one, rest))
    else:
        yield from ((*here, *more) for more in places(held, rest))


def read(value: Any, place: Steps) -> Any:
    """Return what stands at a place."""
    for step in place:
        value = value[step] if isinstance(step, int) else getattr(value, step)
    return value


def put(value: Any, place: Steps, new: Any) -> Any:
    """Return the value with something else at a place; raises `Invalid`."""
    step, *rest = place
    inner = put(read(value, (step,)), tuple(rest), new) if rest else new
    if isinstance(step, int):
        return tuple(inner if index == step else one for index, one in enumerate(value))
    return replace(value, **{step: inner})


def _others(leaf: Leaf, value: Any) -> Iterator[Any]:
    """Give other values for a field, the nearest first; for a list, one that differs in one entry."""
    if leaf.many:
        taken = set(value)
        yield from ((one, *value[1:]) for one in _other(leaf, value[0]) if one not in taken)
        yield value[:-1]
    else:
        yield from _other(leaf, value)
        if leaf.optional:
            yield None


_WORDS = {"zone": "Europe/Lisbon", "system": "urn:oid:1.2.3.4", "code": "A12.3", "unit": "mL"}


def _other(leaf: Leaf, value: Any) -> list[Any]:
    if leaf.refers == "people":
        return [one for one in DIRECTORY if one != value]
    if leaf.refers is not None:
        return [one.id for one in items(FULL, leaf.refers) if one.id != value]
    match value:
        case Enum():
            return [one for one in leaf.kind if one is not value]
        case bool():
            return [not value]
        case str():
            return [_WORDS.get(leaf.path.rpartition(".")[2], "Other words")]
    step = _STEPS[leaf.kind]
    return [value + step, value - step]


_STEPS: Mapping[type[Any], Any] = {
    int: 1,
    Decimal: 1,
    datetime: timedelta(minutes=5),
    date: timedelta(days=1),
}
