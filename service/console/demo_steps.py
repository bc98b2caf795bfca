"""The steps of the demo, over the service's own API, each checked as a stranger would check it."""

from collections.abc import Callable
from dataclasses import dataclass

from service.console.demo_cast import Cast
from service.console.plain_http import Answer, Client
from service.console.read_back import lost
from service.fhir.json import JsonObject
from service.mapping.references import Key

AUTHOR = {"X-Tandem-Author": "tandem-demo"}
_LEFT = frozenset({"rejected", "invalid", "unmatched", "waiting", "manual-entry", "conflict", "not-kept"})


class NotAsSaid(Exception):
    """The demo found something that is not as it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """The service, the chart's server, and what is shown on them; `step` is told when a step is done."""

    service: Client
    ehr: Client
    cast: Cast
    step: Callable[[], None]

    def load(self) -> None:
        """Put the people into the directory and make the plans."""
        for one in self.cast.plans:
            for person in one["people"]:
                done(self.service.post("people", person))
            done(self.service.post("plans", one["plan"], AUTHOR))
            self.step()

    def push(self) -> tuple[JsonObject, ...]:
        """Push every plan and return the reports; all must be in step."""
        return tuple(self.push_one(one["plan"]["id"]) for one in self.cast.plans)

    def push_again(self) -> None:
        """Push every plan once more: nothing may be written."""
        for report in self.push():
            if report["writes"]:
                raise NotAsSaid(
                    f"plan {report['plan_id']}: the second push wrote {report['writes']} resources"
                )

    def change_dose(self) -> JsonObject:
        """Decide on a new dose and push; it must write the two orders and the plan that names them."""
        said = self.cast.new_dose
        plan_id, old, new = said["plan_id"], said["order_id"], said["decision"]["new_order_id"]
        etag = done(self.service.get(f"plans/{plan_id}")).etag
        dose = f"plans/{plan_id}/medications/{old}/dose"
        done(self.service.post(dose, said["decision"], {**AUTHOR, "If-Match": etag}))
        report = self.push_one(plan_id)
        wrote = {(one["key"]["type"], one["key"]["item"]) for one in report["items"] if one["wrote"]}
        meant = {("MedicationRequest", old), ("MedicationRequest", new), ("CarePlan", plan_id)}
        if wrote != meant:
            raise NotAsSaid(f"a new dose wrote {sorted(wrote)} and should have written {sorted(meant)}")
        return report

    def read_back(self, reports: tuple[JsonObject, ...]) -> dict[str, dict[str, JsonObject]]:
        """Read all that the reports name; return it by plan and reference. It must say what the plans say."""
        return {report["plan_id"]: self._read_back(report) for report in reports}

    def push_one(self, plan_id: str) -> JsonObject:
        """Push a plan and return the report; it must be in step."""
        report = done(self.service.post(f"plans/{plan_id}/sync")).body
        self.step()
        if report["standing"] != "in-step":
            left = [_place(one) for one in report["items"] if one["done"] in _LEFT or one.get("issues")]
            raise NotAsSaid(f"plan {plan_id} is {report['standing']}: {', '.join(left)}")
        return report

    def _read_back(self, report: JsonObject) -> dict[str, JsonObject]:
        bundle = done(self.service.get(f"plans/{report['plan_id']}/fhir")).body
        addresses = {
            Key(one["key"]["type"], one["key"]["item"]).urn: one["reference"]
            for one in report["items"] if "reference" in one
        }  # fmt: skip
        held = {}
        for entry in bundle["entry"]:
            reference = addresses.get(entry["fullUrl"])
            if reference is not None:  # else it is withheld, as the report says
                held[reference] = self._same(entry["resource"], reference, addresses)
        self.step()
        return held

    def _same(self, ours: JsonObject, reference: str, addresses: dict[str, str]) -> JsonObject:
        theirs = done(self.ehr.get(reference)).body
        differences = ", ".join(lost(ours, theirs, addresses))
        if differences:
            raise NotAsSaid(f"{reference} does not say what the plan says about {differences}")
        return theirs


def _place(item: JsonObject) -> str:
    return f"{item['key']['type']}/{item['key']['item']} {item['done']} ({item.get('reason', 'no reason')})"


def done(answer: Answer) -> Answer:
    """Return an answer that says yes; raises `NotAsSaid` with the words of any other."""
    if not answer.ok:
        words = answer.body.get("detail") or answer.body.get("title") or answer.body.get("resourceType", "")
        fields = [f"{one['field']}: {one['reason']}" for one in answer.body.get("errors", [])]
        raise NotAsSaid("; ".join([f"a request was answered with {answer.status}: {words}", *fields]))
    return answer
