"""The last steps of the demo: two sides write one chart, and one of their edits is for a person to decide."""

from dataclasses import dataclass

from service.console.demo_steps import AUTHOR, Demonstration, NotAsSaid, done
from service.console.plain_http import Answer
from service.fhir.json import JsonObject

_GROUP = "description"


@dataclass(frozen=True, slots=True)
class TwoSides:
    """The demonstration whose plan both sides change from here on."""

    shown: Demonstration

    def merge(self) -> JsonObject:
        """Move a visit in the chart and comment on it here; after one pass both sides must say both."""
        said = self._said
        self._edit_there(said["visit_id"], said["moved_there"])
        self._edit_here("appointments", said["visit_id"], comment=said["comment_here"])
        report = self.shown.push_one(said["plan_id"])
        there = self._held(said["visit_id"])
        here = self._item("appointments", said["visit_id"]).body
        if (there.get("comment"), here["start"]) != (said["comment_here"], said["moved_there"]["start"]):
            raise NotAsSaid(f"plan {said['plan_id']}: an edit of the visit is missing on one side")
        return report

    def dispute(self) -> JsonObject:
        """Give one goal other words on each side; return what then waits in the inbox."""
        said = self._said
        self._edit_there(said["goal_id"], {"description": {"text": said["words_there"]}})
        self._edit_here("goals", said["goal_id"], description=said["words_here"])
        report = done(self.shown.service.post(f"plans/{said['plan_id']}/sync")).body
        self.shown.step()
        waiting = self._waiting()
        if [one["item_id"] for one in waiting] != [said["goal_id"]] or report["standing"] != "partly":
            number = len(waiting)
            raise NotAsSaid(f"plan {said['plan_id']} is {report['standing']}, and {number} items wait")
        return waiting[0]

    def decide(self, item: JsonObject) -> JsonObject:
        """Decide for the chart's words; after the next pass both sides must say them."""
        said = self._said
        decision = {"digest": item["digest"], "choices": {_GROUP: "theirs"}}
        done(self.shown.service.post(f"inbox/{item['id']}/decision", decision, AUTHOR))
        report = self.shown.push_one(said["plan_id"])
        words = self._item("goals", said["goal_id"]).body["description"]
        if self._waiting() or words != said["words_there"]:
            raise NotAsSaid(f"plan {said['plan_id']}: the decision was not carried out")
        return report

    @property
    def _said(self) -> JsonObject:
        return self.shown.cast.two_sides

    def _waiting(self) -> list[JsonObject]:
        items = done(self.shown.service.get("inbox")).body["items"]
        return [one for one in items if one["plan_id"] == self._said["plan_id"]]

    def _item(self, group: str, item_id: str) -> Answer:
        return done(self.shown.service.get(f"plans/{self._said['plan_id']}/{group}/{item_id}"))

    def _edit_here(self, group: str, item_id: str, **changes: str) -> None:
        held = self._item(group, item_id)
        path = f"plans/{self._said['plan_id']}/{group}/{item_id}"
        done(self.shown.service.put(path, {**held.body, **changes}, {**AUTHOR, "If-Match": held.etag}))

    def _edit_there(self, item_id: str, changes: JsonObject) -> None:
        held = self._held(item_id)
        done(self.shown.ehr.put(f"{held['resourceType']}/{held['id']}", {**held, **changes}))

    def _held(self, item_id: str) -> JsonObject:
        status = done(self.shown.service.get(f"plans/{self._said['plan_id']}/sync/{item_id}")).body
        (one,) = status["items"]
        return done(self.shown.ehr.get(one["reference"])).body
