"""The table of instruments agrees with the ranges, and its numbers judge as they were published."""

import pytest

from service.domain.concept import Coding
from service.domain.findings.diagnoses import Family, families
from service.domain.instruments import INSTRUMENTS
from service.domain.measure import Measure
from tests.builders import a_concept, a_condition
from tests.scenarios.vignette import condition


def test_every_measure_has_its_instrument_with_a_source() -> None:
    assert set(INSTRUMENTS) == set(Measure)
    for measure, one in INSTRUMENTS.items():
        low, high = one.range
        assert one.measure is measure
        assert one.source
        assert [lowest for lowest, _ in one.bands] == sorted({lowest for lowest, _ in one.bands})
        for number in (*(lowest for lowest, _ in one.bands), one.remission, one.screen):
            assert number is None or low <= number <= high


BANDS = [
    (Measure.PHQ_9, 4, "minimal"), (Measure.PHQ_9, 5, "mild"), (Measure.PHQ_9, 10, "moderate"),
    (Measure.PHQ_9, 15, "moderately severe"), (Measure.PHQ_9, 20, "severe"), (Measure.GAD_7, 15, "severe"),
    (Measure.Y_BOCS, 7, "subclinical"), (Measure.Y_BOCS, 32, "extreme"), (Measure.WHO_5, 50, "poor"),
    (Measure.WHO_5, 51, "fair"), (Measure.PCL_5, 80, None),
]  # fmt: skip


@pytest.mark.parametrize(("measure", "value", "band"), BANDS)
def test_a_total_lies_in_its_band(measure, value, band) -> None:
    assert INSTRUMENTS[measure].band(value) == band


def test_a_response_is_a_share_of_the_baseline_and_never_of_nothing() -> None:
    phq, ocd, asrm = (INSTRUMENTS[one] for one in (Measure.PHQ_9, Measure.Y_BOCS, Measure.ASRM))
    assert [phq.responded(18, value) for value in (9, 10)] == [True, False]
    assert [ocd.responded(30, value) for value in (19, 20)] == [True, False]
    assert not phq.responded(0, 0)
    assert not asrm.responded(10, 0)
    assert (phq.judges, ocd.judges, asrm.judges) == (True, True, False)


def test_remission_is_below_five_and_asrm_knows_none() -> None:
    assert [INSTRUMENTS[Measure.PHQ_9].remitted(value) for value in (4, 5)] == [True, False]
    assert not INSTRUMENTS[Measure.ASRM].remitted(0)


CODES = [
    ("F31.81", Family.BIPOLAR), ("F32.1", Family.DEPRESSION), ("F33.2", Family.DEPRESSION),
    ("F40.10", Family.ANXIETY), ("F42.2", Family.OCD), ("F43.12", Family.PTSD),
]  # fmt: skip


@pytest.mark.parametrize(("code", "family"), CODES)
def test_a_code_names_its_family(code, family) -> None:
    assert families(condition("c", code)) == {family}


def test_words_and_other_codes_name_no_family() -> None:
    assert families(condition("c", "F43.2")) == set()
    assert families(a_condition(code=a_concept(codings=()))) == set()
    assert families(condition("c", "F20")) == set()
    unknown = Coding(system="http://snomed.info/sct", code="73211009")
    assert families(a_condition(code=a_concept(codings=(unknown,)))) == set()
    assert families(a_condition()) == {Family.DEPRESSION}
