"""Which resources go with the chosen CarePlan, and which with another one."""

from collections.abc import Iterator

from service.fhir.json import JsonObject
from service.fhir.references import references_in
from service.intake.chart import Chart, Finding, Member
from service.mapping.references import Refs

BELONGS = "belongs to another care plan"
OURS = "belongs to another plan of ours"
BESIDE = "stands in the chart beside the plan of ours that is read"

_OF_A_PLAN = frozenset({"CareTeam", "Goal", "ServiceRequest"})
_SHARED = frozenset({"Medication", "Patient", "Practitioner", "PractitionerRole"})
_CHOICE = frozenset({"Appointment", "CareTeam", "Goal", "MedicationRequest", "Observation", "ServiceRequest"})


def sort_out(chart: Chart, chosen: Member | None) -> tuple[tuple[Member, ...], tuple[Finding, ...]]:
    """Return the members that may go into the plan on a CarePlan, and the reasons of the others."""
    sorting = _Sorting(chart, chosen)
    kept, left = [], []
    for member in chart.members:
        reason = None if member is chosen else sorting.reason(member)
        if reason is not None:
            left.append(Finding(address=member.address, path="", reason=reason))
        elif member is chosen or member.type != "CarePlan":
            kept.append(member)
    return tuple(kept), tuple(left)


class _Sorting:
    def __init__(self, chart: Chart, chosen: Member | None) -> None:
        self._chart = chart
        self._chosen = chosen
        self._refs = Refs(system=chart.system)
        plans = [one for one in chart.members if one.type == "CarePlan"]
        others = [one for one in plans if one is not chosen]
        self._mine = frozenset() if chosen is None else frozenset(self._named_by(chosen.resource))
        self._theirs = frozenset(name for one in others for name in self._named_by(one.resource))
        self._others = frozenset(one.address for one in others)
        self._is_ours = chosen is not None and self._own(chosen)
        several = sum(self._own(one) for one in plans) > 1
        self._reached = self._reachable() if self._is_ours else frozenset()
        self._strict = several

    def reason(self, member: Member) -> str | None:
        """Return why a member does not go with the chosen CarePlan, None where it may."""
        if member.type == "CarePlan" or member.type in _SHARED:
            return None
        if self._own(member):
            mine = self._is_ours and (not self._strict or member.address in self._reached)
            return None if mine else OURS
        if self._is_ours and member.type in _CHOICE and member.address not in self._reached:
            return BESIDE
        if member.type in _OF_A_PLAN and self._is_of_another(member):
            return BELONGS
        return None

    def _is_of_another(self, member: Member) -> bool:
        if member.address in self._mine:
            return False
        based = {self._chart.resolve(one.get("reference")) for one in member.resource.get("basedOn", [])}
        mine = self._chosen is not None and self._chosen.address in based
        return not mine and (member.address in self._theirs or bool(based & self._others))

    def _own(self, member: Member) -> bool:
        return self._refs.own_item(member.resource) is not None

    def _named_by(self, plan: JsonObject) -> Iterator[str]:
        references = [
            *plan.get("goal", []),
            *plan.get("careTeam", []),
            *(one.get("reference", {}) for one in plan.get("activity", [])),
        ]
        for one in references:
            address = self._chart.resolve(one.get("reference"))
            if address is not None:
                yield address

    def _reachable(self) -> frozenset[str]:
        """Return what the chosen plan leads to, in either direction, without passing what plans share."""
        ties = self._ties()
        reached: set[str] = set()
        waiting = [self._chosen.address] if self._chosen is not None else []
        while waiting:
            address = waiting.pop()
            if address not in reached:
                reached.add(address)
                waiting += ties.get(address, ())
        return frozenset(reached)

    def _ties(self) -> dict[str, set[str]]:
        passing = {
            one.address
            for one in self._chart.members
            if one.type not in _SHARED and one.address not in self._others
        }
        ties: dict[str, set[str]] = {}
        for member in self._chart.members:
            for _, reference in references_in(member.resource):
                target = self._chart.resolve(reference.get("reference"))
                if target in passing and member.address in passing:
                    ties.setdefault(member.address, set()).add(str(target))
                    ties.setdefault(str(target), set()).add(member.address)
        return ties
