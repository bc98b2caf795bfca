"""A registry counts what is listed, under labels that are listed, for one application alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from service.telemetry import metrics
from service.telemetry.metrics import METRICS, Metric, Reading
from service.telemetry.registry import Registry, UnlistedLabel


def a_registry(*readings: Reading) -> Registry:
    return Registry(version="1.2.3", readings=lambda: readings, connections=("default",))


def samples(registry: Registry) -> dict[tuple[str, ...], float]:
    families = text_string_to_metric_families(registry.exposition())
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def test_two_applications_do_not_meet() -> None:
    one, other = a_registry(), a_registry()
    one.count(metrics.PUSHES, connection="default", outcome="partly")
    assert samples(one)["tandem_pushes_total", "default", "partly"] == 1
    assert samples(other)["tandem_pushes_total", "default", "partly"] == 0


def test_what_can_be_known_beforehand_stands_at_nothing() -> None:
    told = samples(a_registry())
    assert told["tandem_push_items_total", "conflict", "default"] == 0
    assert told["tandem_ehr_retries_total", "default", "transaction"] == 0
    assert told["tandem_push_seconds_count", "default"] == 0


def test_times_are_spread_over_buckets() -> None:
    registry = a_registry()
    registry.time(metrics.PUSH_SECONDS, 0.3, connection="default")
    told = samples(registry)
    assert told["tandem_push_seconds_bucket", "0.5", "default"] == 1
    assert told["tandem_push_seconds_bucket", "0.25", "default"] == 0
    assert told["tandem_push_seconds_sum", "default"] == 0.3


def test_readings_are_taken_at_every_exposition() -> None:
    held = [Reading(metric=metrics.OPEN_WRITES, value=2, labels=("default",))]
    registry = Registry(version="1", readings=lambda: held)
    assert samples(registry)["tandem_open_writes", "default"] == 2
    held.clear()
    assert ("tandem_open_writes", "default") not in samples(registry)


def test_the_build_is_told() -> None:
    assert ("tandem_build_info", "1.2.3") in {key[:1] + key[1:2] for key in samples(a_registry())}


@pytest.mark.parametrize("labels", [{}, {"connection": "default"}, {"connection": "a", "name": "b"}])
def test_other_labels_than_a_metric_has_are_refused(labels: dict[str, str]) -> None:
    with pytest.raises(UnlistedLabel):
        a_registry().count(metrics.PUSHES, **labels)


@pytest.mark.parametrize("metric", [one for one in METRICS if not one.later], ids=lambda one: one.name)
@given(value=st.text(min_size=1) | st.sampled_from(["Maja Sørensen", "/plans/x", "a b", 'x"} 1\n']))
def test_a_label_never_says_what_is_not_listed(metric: Metric, value: str) -> None:
    for label in metric.labels:
        fitted = label.fitted(value)
        if label.values is not None:
            assert fitted in {*label.values, "other"}
        else:
            assert fitted.replace("-", "").replace("_", "").replace(".", "").isalnum() or fitted == value
            assert " " not in fitted
            assert "/" not in fitted
