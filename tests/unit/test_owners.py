"""A clinic says who owns an element group in a file, and what makes no sense in it is named."""

from pathlib import Path

import pytest

from service.bootstrap.chart import authority_in
from service.settings import BadSettings
from service.sync.authority import Authority
from service.sync.groups import Owner


def owners(folder: Path, text: str) -> Authority:
    file = folder / "owners.json"
    file.write_text(text)
    return authority_in(str(file))


def test_without_a_file_the_table_holds() -> None:
    assert authority_in(None) == Authority()


def test_a_file_changes_the_owners_that_it_names(tmp_path: Path) -> None:
    assert owners(tmp_path, '{"Goal.target": "us"}') == Authority(words={"Goal.target": Owner.US})


REFUSED = {
    "not json": "names no readable JSON file",
    "[]": "names no readable JSON file",
    '{"Goal.aim": "us"}': "TANDEM_EHR_OWNERS: there is no group Goal.aim",
    '{"Goal.target": "clinic"}': "Goal.target is owned by one of us, ehr, shared",
    '{"Flag.status": "ehr"}': "Flag.status has no owner: a person settles it",
}


@pytest.mark.parametrize(("text", "words"), REFUSED.items(), ids=REFUSED)
def test_what_makes_no_sense_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(BadSettings, match=words):
        owners(tmp_path, text)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="names no readable JSON file"):
        authority_in(str(tmp_path / "nothing.json"))
