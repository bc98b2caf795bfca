"""What the engine complains of is told by its place and its kind, and its words are not."""

import logging
from typing import Any

from service.worker import Complaints


class Events:
    def __init__(self) -> None:
        self.said: list[tuple[str, dict[str, Any]]] = []

    def info(self, event: str, **fields: Any) -> None:
        self.said.append((event, fields))


def test_the_words_of_a_complaint_stay_inside() -> None:
    log = Events()
    engine = logging.Logger("engine")
    engine.addHandler(Complaints("worker-1", log))
    engine.info("nothing to complain of")
    engine.warning("Maja is on %s", "100 mg")
    try:
        raise LookupError("Maja")
    except LookupError:
        engine.exception("Maja")
    kinds = [fields["error"] for _, fields in log.said]
    assert kinds == ["warning", "LookupError"]
    assert {fields["place"].split(":")[0] for _, fields in log.said} == {"test_complaints.py"}
    assert "Maja" not in str(log.said)
