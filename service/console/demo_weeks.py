"""The last chapter of the demo: one patient's twelve weeks, by a clock that the demo moves."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from service.console.demo_steps import AUTHOR, Demonstration, NotAsSaid, done
from service.fhir.json import JsonObject

_NOON = time(12, tzinfo=UTC)


class WeeksClock:
    """A clock that stands still between the weeks of a story."""

    def __init__(self, first_day: str) -> None:
        self._start = datetime.combine(datetime.fromisoformat(first_day), _NOON)
        self._week = 0

    def now(self) -> datetime:
        """Return noon of the Monday of the week that it is."""
        return self._start + timedelta(weeks=self._week)

    def move_to(self, week: int) -> None:
        """Let it be another week of the story."""
        self._week = week


@dataclass(frozen=True, slots=True)
class TwelveWeeks:
    """The story of one plan, told over an installation of its own that goes by `clock`."""

    shown: Demonstration
    clock: WeeksClock

    def begin(self) -> None:
        """Make the plan, push it, and enter what comes until week 6; no rule may call that a stall yet."""
        self.shown.load()
        self.week(0)
        self.shown.push_one(self._plan_id)
        for week in range(1, 7):
            self.week(week)
        if "no-improvement" in self.open():
            raise NotAsSaid("a lack of response was told before it could be judged")

    def week(self, number: int) -> None:
        """Let it be a week, and enter what comes in it."""
        self.clock.move_to(number)
        for one in self._story["entries"]:
            if one["week"] == number:
                self._write("post", one["group"], one["item"])

    def stall(self) -> JsonObject:
        """Return what a rule proposes in week 7; its evidence must be the scores."""
        self.week(7)
        found = self._finding("no-improvement")
        scores = {one["item"]["id"] for one in self._story["entries"] if one["group"] == "scores"}
        if len(scores & {one["item"] for one in found["evidence"]}) < 3:  # noqa: PLR2004  a baseline and two
            raise NotAsSaid("the proposal to review does not rest on three scores")
        return found

    def decide(self, finding: JsonObject) -> tuple[JsonObject, JsonObject]:
        """Accept the review and begin the next phase; return both as the chart holds them after a pass."""
        made = self._decide(finding, self._story["review"])
        old, new = self._story["old_phase"], self._story["new_phase"]
        ended = {**self._item("phases", old["id"]), **old}
        self._write("put", f"phases/{old['id']}", ended)
        self._write("post", "phases", new)
        self.shown.push_one(self._plan_id)
        task, phase = self._held(made["made"][0]), self._held(new["id"])
        codes = {one["code"] for one in phase["valueCodeableConcept"]["coding"]}
        if (task["resourceType"], task["intent"]) != ("Task", "plan") or new["balance"] not in codes:
            raise NotAsSaid(f"plan {self._plan_id}: the decision is not in the chart")
        return task, phase

    def stop_there(self) -> tuple[JsonObject, ...]:
        """Stop the medicine in the chart in week 10; return what the team is told after one pass."""
        for week in (8, 9, 10):
            self.week(week)
        self.shown.push_one(self._plan_id)
        order = self._held(self._story["order_id"])
        place = f"{order['resourceType']}/{order['id']}"
        done(self.shown.ehr.put(place, {**order, **self._story["stopped_there"]}))
        self.shown.push_one(self._plan_id)
        return self._finding("abrupt-stop"), self._finding("linked-change")

    def raise_flag(self, finding: JsonObject) -> tuple[JsonObject, JsonObject]:
        """Raise the flag that was proposed; return it as the chart holds it, with the last pass's report."""
        made = self._decide(finding, self._story["flag"])
        for week in (11, 12):
            self.week(week)
        report = self.shown.push_one(self._plan_id)
        flag = self._held(made["made"][0])
        if (flag["resourceType"], flag["status"]) != ("Flag", "active"):
            raise NotAsSaid(f"plan {self._plan_id}: the flag is not in the chart")
        return flag, report

    def open(self) -> dict[str, JsonObject]:
        """Return what is open in the plan, by its rule."""
        found = done(self.shown.service.get(f"plans/{self._plan_id}/findings")).body["items"]
        return {one["rule"]: one for one in found}

    def totals(self) -> tuple[int, ...]:
        """Return the totals of the story's scores up to this week."""
        plan = done(self.shown.service.get(f"plans/{self._plan_id}")).body
        return tuple(one["value"] for one in plan["scores"])

    @property
    def _story(self) -> JsonObject:
        story: JsonObject = self.shown.cast.plans[0]["story"]
        return story

    @property
    def _plan_id(self) -> str:
        plan_id: str = self.shown.cast.plans[0]["plan"]["id"]
        return plan_id

    def _finding(self, rule: str) -> JsonObject:
        found = self.open().get(rule)
        if found is None:
            raise NotAsSaid(f"plan {self._plan_id}: no rule says {rule} in the week in which it should")
        return found

    def _decide(self, finding: JsonObject, choice: JsonObject) -> JsonObject:
        return self._write("post", f"findings/{finding['key']}/decision", choice)

    def _write(self, way: str, place: str, body: JsonObject) -> JsonObject:
        """Write below the plan, on top of the revision that it has."""
        base = f"plans/{self._plan_id}"
        headers = {**AUTHOR, "If-Match": done(self.shown.service.get(base)).etag}
        write = self.shown.service.post if way == "post" else self.shown.service.put
        return done(write(f"{base}/{place}", body, headers)).body

    def _item(self, group: str, item_id: str) -> JsonObject:
        return done(self.shown.service.get(f"plans/{self._plan_id}/{group}/{item_id}")).body

    def _held(self, item_id: str) -> JsonObject:
        status = done(self.shown.service.get(f"plans/{self._plan_id}/sync/{item_id}")).body
        (one,) = (one for one in status["items"] if one["resource_type"] != "Provenance")
        return done(self.shown.ehr.get(one["reference"])).body
