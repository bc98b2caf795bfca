"""The sink that keeps what was written: who compares with it finds all of it, as it was written."""

from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from bench.installation import installed_in
from bench.plans import RESOURCES, fresh_plans
from bench.shelf import Shelf
from service.application.sweep_chart import SweepChart, sweep_chart
from service.ports.ehr import Missing

EHR = "http://nowhere.invalid/fhir"


def test_what_one_process_pushed_is_what_another_compares(tmp_path: Path) -> None:
    with closing(Shelf(tmp_path / "chart.db")) as shelf, installed_in(tmp_path, EHR, shelf) as first:
        for fresh in islice(fresh_plans(), 2):
            first.push(first.load(fresh))
        written = shelf.written
    with closing(Shelf(tmp_path / "chart.db")) as shelf, installed_in(tmp_path, EHR, shelf) as second:
        report = sweep_chart(SweepChart(), second.tandem.reading.run())
    assert (report.compared, report.changed) == (written, 0)
    assert written == 2 * RESOURCES


def test_what_was_never_written_is_missing(tmp_path: Path) -> None:
    with closing(Shelf(tmp_path / "chart.db")) as shelf:
        assert list(shelf.search("Goal", {"_id": "1"})) == []
        with pytest.raises(Missing):
            shelf.read("Goal/1")
