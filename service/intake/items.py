"""The items of a plan out of adopted copies, each read by its own mapper; what cannot be read is set aside.

A reference is followed only to what is placed, so the reading is repeated until nothing more falls out.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from service.domain.plan import LIST_GROUPS
from service.domain.values import Problem
from service.fhir.json import JsonObject
from service.fhir.references import references_in
from service.mapping import (
    medication_request,
    questionnaire_response_relapse,
    questionnaire_response_score,
    service_request_review,
    task_proposal,
)
from service.mapping.absorption import GROUPS
from service.mapping.reading import Absorbed, Issue
from service.mapping.references import Key, Refs

NOTHING = "stands for nothing that a plan holds"
UNNAMED = "is named by nothing in the plan"
_FIELD = re.compile(r"(\w+)\[(\d+)\]\.?(.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """An adopted copy, the item that it stands for, and where the resource is."""

    address: str
    item: str
    resource: JsonObject
    own: bool = False

    @property
    def key(self) -> Key:
        """The key of the resource of this item."""
        return Key(str(self.resource["resourceType"]), self.item)


@dataclass(slots=True, kw_only=True)
class Items:
    """The pieces that still stand, and what was said about those that fell.

    `around` traces what is no member of a list: the patient, the clinicians, the plan and its team. `named`
    are the addresses that the CarePlan names.
    """

    system: str
    around: Mapping[str, Key]
    named: frozenset[str]
    drugs: Mapping[str, JsonObject]
    pieces: dict[str, Piece]
    fallen: list[tuple[str, Issue]] = field(default_factory=list)

    def read(self) -> dict[str, Any]:
        """Return the values of a plan's fields by name, after what cannot be read has fallen out."""
        while True:
            found = self._pass()
            lost = {address: one for address, one in found.items() if one[1].value is None}
            unnamed = [] if lost else self._unnamed()
            if not lost and not unnamed:
                return self._values(found)
            for address, (_, absorbed) in lost.items():
                self.fall(address, absorbed.issues or (Issue(self._type(address), NOTHING),))
            for address in unnamed:
                self.fall(address, (Issue("", UNNAMED),))

    def remarks(self) -> Iterator[tuple[str, Issue]]:
        """Yield (address, issue) of the elements that could not be read of what is placed."""
        for address, (_, absorbed) in self._pass().items():
            yield from ((address, issue) for issue in absorbed.issues)

    def drop(self, problems: Iterable[Problem]) -> bool:
        """Let the items fall that make the plan senseless; tell whether there were any."""
        guilty = dict(_guilty(problems))
        order = self._order()
        for (group, index), reason in guilty.items():
            address = order[group][index]
            self.fall(address, (Issue(self._type(address), reason),))
        return bool(guilty)

    def fall(self, address: str, issues: Iterable[Issue]) -> None:
        """Set a piece aside, with the reasons."""
        self.fallen += ((address, issue) for issue in issues)
        del self.pieces[address]

    def _type(self, address: str) -> str:
        return self.pieces[address].key.type

    def _pass(self) -> dict[str, tuple[str, Absorbed[Any]]]:
        traces = {**self.around, **{one.address: one.key for one in self.pieces.values()}}
        refs = Refs(system=self.system, traces=traces)
        return {address: self._absorbed(one, refs) for address, one in self.pieces.items()}

    def _absorbed(self, piece: Piece, refs: Refs) -> tuple[str, Absorbed[Any]]:
        resource = piece.resource
        for name, kind, stands_for, absorb in _SINGLE:
            if resource["resourceType"] == kind and stands_for(resource):
                return name, absorb(resource, refs)
        if resource["resourceType"] == "MedicationRequest":
            return "medications", self._order_of(resource, refs)
        for group in GROUPS:
            if resource["resourceType"] == group.type and group.stands_for(resource):
                return group.name, group.absorb(None, resource, refs)
        return "", Absorbed(value=None)

    def _order_of(self, resource: JsonObject, refs: Refs) -> Absorbed[Any]:
        referred = resource.get("medicationReference", {}).get("reference", "")
        return medication_request.absorb(None, resource, refs, medication=self.drugs.get(referred))

    def _unnamed(self) -> list[str]:
        """Return the problems of the chart that neither the plan nor anything in it is about."""
        others = [one for one in self.pieces.values() if one.key.type != "Condition"]
        named = {
            str(reference.get("reference"))
            for one in others
            for _, reference in references_in(one.resource)
        } | self.named  # fmt: skip
        problems = (one for one in self.pieces.values() if one.key.type == "Condition")
        return [one.address for one in problems if not one.own and one.address not in named]

    def _values(self, found: Mapping[str, tuple[str, Absorbed[Any]]]) -> dict[str, Any]:
        by_group: dict[str, list[Any]] = {}
        for name, absorbed in found.values():
            by_group.setdefault(name, []).append(absorbed.value)
        values: dict[str, Any] = {
            name: tuple(members) for name, members in by_group.items() if name in LIST_GROUPS
        }
        if "phases" in values:
            values["phases"] = tuple(sorted(values["phases"], key=lambda one: one.start))
        if "check_ins" in by_group:
            values["check_ins"] = by_group["check_ins"][0]
        for signs, steps in by_group.get("relapse", [])[:1]:
            values |= {"warning_signs": signs, "relapse_steps": steps}
        return values | self._answered(values.get("scores", ()), found)

    def _answered(
        self, scores: tuple[Any, ...], found: Mapping[str, tuple[str, Absorbed[Any]]]
    ) -> dict[str, Any]:
        """Put the answers of an instrument beside the score that they belong to."""
        answers = {
            self.pieces[address].item: absorbed.value
            for address, (name, absorbed) in found.items()
            if name == "answers"
        }
        joined = tuple(replace(one, items=answers.get(one.id, one.items)) for one in scores)
        return {"scores": joined} if scores else {}

    def _order(self) -> dict[str, list[str]]:
        """Return the addresses of each list's members, in the list's order."""
        order: dict[str, list[str]] = {}
        found = self._pass()
        for address, (name, _) in found.items():
            order.setdefault(name, []).append(address)
        starts: dict[str, Any] = {address: absorbed.value for address, (_, absorbed) in found.items()}
        order.get("phases", []).sort(key=lambda address: starts[address].start)
        return order


def _guilty(problems: Iterable[Problem]) -> Iterator[tuple[tuple[str, int], str]]:
    for problem in problems:
        found = _FIELD.match(problem.field)
        if found is not None:
            yield (found[1], int(found[2])), f"does not fit the rest of the plan: {found[3]} {problem.reason}"


_Absorb = Callable[[JsonObject, Refs], Absorbed[Any]]
_SINGLE: tuple[tuple[str, str, Callable[[JsonObject], bool], _Absorb], ...] = (
    (
        "check_ins",
        "ServiceRequest",
        service_request_review.stands_for,
        lambda resource, refs: service_request_review.absorb(None, resource, refs),
    ),
    (
        "relapse",
        "QuestionnaireResponse",
        questionnaire_response_relapse.stands_for,
        lambda resource, refs: questionnaire_response_relapse.absorb(((), ()), resource, refs),
    ),
    (
        "answers",
        "QuestionnaireResponse",
        questionnaire_response_score.stands_for,
        lambda resource, refs: questionnaire_response_score.absorb((), resource, refs),
    ),
    # A question to a prescriber is made anew from the order that it asks for.
    ("asked", "Task", task_proposal.stands_for, lambda *_: Absorbed(value=())),
)
