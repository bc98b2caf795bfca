"""What the numbers of each instrument mean: direction, bands, change, response, remission, with their source.

Item texts are never held. docs/measures.md is this table. What a clinic says otherwise, or of measures of its
own, is laid over it (`own_measures`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from service.domain.measure import AnyMeasure, Measure, range_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """The numbers of one instrument; what was never published is None and is not judged.

    `bands` name the lowest total of each band, in rising order. `change` is the smallest change that means
    something, in points; `response` the share of the baseline that must be gone; `remission` the total at
    which the symptoms are gone, that one included; `screen` the total from which it is positive.
    `adults` says that these numbers were found in adults alone. `totals` are the lowest and the highest total
    of a measure that is a clinic's own.
    """

    measure: AnyMeasure
    title: str
    source: str
    higher_is_better: bool = False
    bands: tuple[tuple[int, str], ...] = ()
    change: int | None = None
    response: Decimal | None = None
    remission: int | None = None
    screen: int | None = None
    adults: bool = True
    totals: tuple[int, int] | None = None

    @property
    def range(self) -> tuple[int, int]:
        """The lowest and the highest total."""
        return self.totals or range_of(self.measure)

    def worse_by(self, before: int, after: int) -> int:
        """Return by how many points a total is worse than one before it; negative when it is better."""
        return before - after if self.higher_is_better else after - before

    def band(self, value: int) -> str | None:
        """Return the name of the band that a total lies in, where the instrument has bands."""
        return next((name for lowest, name in reversed(self.bands) if value >= lowest), None)

    def in_worse_band(self, before: int, after: int) -> bool:
        """Tell whether a total lies in a worse band than one before it."""
        return self.worse_by(before, after) > 0 and self.band(before) != self.band(after)

    @property
    def judges(self) -> bool:
        """Whether anything was published by which a change can be judged."""
        return self.change is not None or self.response is not None

    def improved(self, baseline: int, value: int) -> bool:
        """Tell whether a total is better by a change that means something, or else by a response."""
        if self.change is None:
            return self.responded(baseline, value)
        return -self.worse_by(baseline, value) >= self.change

    def responded(self, baseline: int, value: int) -> bool:
        """Tell whether enough of the baseline is gone."""
        return self.response is not None and (baseline - value) >= self.response * baseline > 0

    def remitted(self, value: int) -> bool:
        """Tell whether a total is one of remission."""
        return self.remission is not None and self.worse_by(self.remission, value) <= 0

    def better(self, value: int, points: int) -> int:
        """Return the total that is better than another by so many points, as far as there is one."""
        low, high = self.range
        return min(value + points, high) if self.higher_is_better else max(value - points, low)


_PHQ_BANDS = ((0, "minimal"), (5, "mild"), (10, "moderate"), (15, "moderately severe"), (20, "severe"))
_TABLE = (
    Instrument(
        measure=Measure.PHQ_9,
        title="PHQ-9",
        source="Kroenke 2001 (bands); Löwe 2004 (change); "
        "Kroenke & Spitzer 2002 (response, remission below 5)",
        bands=_PHQ_BANDS,
        change=5,
        response=Decimal("0.5"),
        remission=4,
    ),
    Instrument(
        measure=Measure.PHQ_A,
        title="PHQ-A",
        source="Johnson 2002; bands of the modified form for ages 11 to 17 (APA 2013); "
        "no change, response or remission of its own was found",
        bands=_PHQ_BANDS,
        adults=False,
    ),
    Instrument(
        measure=Measure.GAD_7,
        title="GAD-7",
        source="Spitzer 2006 (bands); Toussaint 2020 (change, in people with depression); "
        "response of a half and remission below 5 are conventions that no validation was found for",
        bands=((0, "minimal"), (5, "mild"), (10, "moderate"), (15, "severe")),
        change=4,
        response=Decimal("0.5"),
        remission=4,
    ),
    Instrument(
        measure=Measure.PCL_5,
        title="PCL-5",
        source="Blanchard 2023 (change of 9 to 12, the cautious end); "
        "Marx 2022 (good end state, male veterans); "
        "Forkus 2022 (screen 31 to 33); no bands",
        change=12,
        remission=28,
        screen=31,
    ),
    Instrument(
        measure=Measure.Y_BOCS,
        title="Y-BOCS",
        source="Farris 2013 (response 35 %); Mataix-Cols 2016 (remission, which also asks for the CGI); "
        "bands in common use, found by no study (Storch 2015 proposes others)",
        bands=((0, "subclinical"), (8, "mild"), (16, "moderate"), (24, "severe"), (32, "extreme")),
        response=Decimal("0.35"),
        remission=12,
    ),
    Instrument(
        measure=Measure.ASRM,
        title="ASRM",
        source="Altman 1997 (screen); no rule of response",
        screen=6,
    ),
    Instrument(
        measure=Measure.WHO_5,
        title="WHO-5",
        source="Topp 2015 (50 or less is poor; change of 10 points)",
        higher_is_better=True,
        bands=((0, "poor"), (51, "fair")),
        change=10,
        adults=False,
    ),
    Instrument(
        measure=Measure.C_SSRS,
        title="C-SSRS",
        source="site protocol: any yes goes to a person; its number of yes is no severity",
        adults=False,
    ),
)

INSTRUMENTS: Mapping[AnyMeasure, Instrument] = MappingProxyType({one.measure: one for one in _TABLE})
"""The published instruments, each under its measure."""


def title_of(measure: AnyMeasure) -> str:
    """Return a measure as clinicians write it."""
    return INSTRUMENTS[measure].title if measure in INSTRUMENTS else measure.upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruments:
    """The instruments of a clinic, by measure."""

    known: Mapping[AnyMeasure, Instrument] = field(default_factory=lambda: INSTRUMENTS)

    def __contains__(self, measure: AnyMeasure) -> bool:
        """Tell whether anything is known of a measure."""
        return measure in self.known

    def of(self, measure: AnyMeasure) -> Instrument:
        """Return the instrument of a measure; of one that nobody describes any more nothing is judged."""
        return self.known.get(measure) or Instrument(
            measure=measure, title=title_of(measure), source="", adults=False
        )


PUBLISHED = Instruments()
"""The instruments as published."""
