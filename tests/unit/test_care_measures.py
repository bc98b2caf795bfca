"""A clinic describes measures in a file; an installation scores them, and what makes no sense is named."""

from pathlib import Path
from typing import Any

import pytest

from service.application.change_plan import add_item
from service.application.directory import add_person
from service.application.keep_plan import create_plan
from service.application.ports import Editor
from service.application.read_timeline import read_timeline
from service.bootstrap import Tandem
from service.bootstrap.care import instruments_in
from service.bootstrap.parts import Parts
from service.console.installation import WrongSetting
from service.domain.instruments import INSTRUMENTS, PUBLISHED
from service.domain.measure import Measure, OwnMeasure
from service.domain.values import Invalid
from service.settings import BadSettings, Settings
from tests.builders import DIRECTORY, a_plan, a_score

OASIS = """{"oasis": {"source": "Campbell-Sills 2009", "lowest": 0, "highest": 20, "higher_is_better": false,
"adults": true, "remission": 7}}"""


def described(folder: Path, text: str) -> str:
    file = folder / "measures.json"
    file.write_text(text)
    return str(file)


def test_without_a_file_the_published_measures_hold() -> None:
    assert instruments_in(None) is PUBLISHED


def test_a_file_describes_measures_beside_them(tmp_path: Path) -> None:
    found = instruments_in(described(tmp_path, OASIS))
    assert found.of(OwnMeasure("oasis")).remission == 7
    assert found.of(Measure.GAD_7) == INSTRUMENTS[Measure.GAD_7]


REFUSED = {
    "not json": "TANDEM_CARE_MEASURES names no readable JSON file",
    '{"oasis": {"lowest": 0}}': "TANDEM_CARE_MEASURES: oasis.source: is needed",
    '{"oasis": {"lowest": "0"}}': "TANDEM_CARE_MEASURES: oasis.lowest: must be a whole number",
    '{"phq-9": {"source": "x", "bands": 5}}': "TANDEM_CARE_MEASURES: phq-9.bands: must be a list",
}


@pytest.mark.parametrize(("text", "words"), REFUSED.items(), ids=REFUSED)
def test_what_makes_no_sense_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(BadSettings, match=words):
        instruments_in(described(tmp_path, text))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="no readable JSON file"):
        instruments_in(str(tmp_path / "nothing.json"))


def test_an_installation_scores_a_described_measure_and_names_any_other(tmp_path: Path) -> None:
    file = described(tmp_path, OASIS)
    tandem = Tandem(settings=Settings(database_url=f"sqlite:///{tmp_path / 't.db'}", care_measures=file))
    tandem.upgrade()
    plan = a_plan(scores=(a_score(measure=OwnMeasure("oasis"), value=12, items=()),))
    for person in DIRECTORY.values():
        add_person(person, ports=tandem.plans)
    create_plan(plan, author="x", ports=tandem.plans)
    (series,) = read_timeline(plan.id, whole=True, ports=tandem.plans).series
    assert (series.measure, series.low, series.high) == (OwnMeasure("oasis"), 0, 20)
    other = a_score(id="s-2", measure=OwnMeasure("oasis-2"), value=12, items=())
    with pytest.raises(Invalid, match=r"scores\[1\].measure: must be one of asrm, .* oasis, "):
        add_item(plan.id, "scores", other, editor=Editor(author="x", expected=1), ports=tandem.plans)


def test_a_command_names_what_is_wrong_with_the_file(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("TANDEM_CARE_MEASURES", described(tmp_path, "[]"))
    with pytest.raises(WrongSetting, match="TANDEM_CARE_MEASURES"):
        Parts().installed()
