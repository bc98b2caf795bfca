"""The closed list of metrics: its words are those of the code, and its page has every one of them."""

from service.domain.alert import AlertState
from service.domain.safety import Channel
from service.ehr.messages import Aim
from service.ports.backlog import AT_REST
from service.ports.storage import LinkState
from service.sync.report import Done, Standing
from service.telemetry.metrics import (
    ALERT_STATE,
    CHANNEL,
    DONE,
    INTERACTION,
    METRICS,
    OUTCOME,
    PROCESS_METRICS,
    STATE,
    Kind,
)
from service.telemetry.registry import Registry
from tests.architecture.test_docs import table

PAGE = "docs/howto/read-the-metrics.md"


def test_the_labels_take_the_words_of_the_code() -> None:
    assert set(INTERACTION.values or ()) == {one.value for one in Aim}
    assert set(OUTCOME.values or ()) == {one.value for one in Standing} | {"failed", "refused"}
    assert set(DONE.values or ()) == {one.value for one in Done}
    assert set(CHANNEL.values or ()) == {one.value for one in Channel}
    assert set(ALERT_STATE.values or ()) == {one.value for one in set(AlertState) - {AlertState.CLOSED}}
    assert set(STATE.values or ()) == {one.value for one in set(LinkState) - AT_REST}


def test_the_page_has_every_metric_with_its_labels() -> None:
    told = {row[0]: row[1].replace("`", "") for row in table(PAGE, "metric")}
    listed = {one.name: ", ".join(label.name for label in one.labels) or "none" for one in METRICS}
    assert told == listed | dict.fromkeys(PROCESS_METRICS, "none")


def test_the_page_says_of_each_what_it_means_and_what_to_do() -> None:
    assert [row for row in table(PAGE, "metric") if not all(row) or len(row) != 4] == []


def test_a_registry_tells_the_listed_metrics_and_no_other() -> None:
    text = Registry(version="1", readings=lambda: (), connections=("default",)).exposition()
    told = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    own = {one.name for one in METRICS} | set(PROCESS_METRICS)
    # A counter and a histogram also tell since when they count.
    made = {f"{one.name.removesuffix('_total')}_created" for one in METRICS if one.kind is not Kind.GAUGE}
    assert own <= told <= own | made
