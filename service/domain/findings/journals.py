"""The journal, of which only shared entries are read: whether one that was kept has become quiet."""

from collections.abc import Iterator

from service.domain.findings.case import Case
from service.domain.findings.finding import Audience, Evidence, Finding, Urgency
from service.domain.findings.numbers import HOUSE
from service.domain.findings.rule import Rule


def _quiet(case: Case) -> Iterator[Finding]:
    """Say that a journal which was kept has become quiet; an entry that was not shared counts as none."""
    written = [one for one in case.journal if one.written_at.date() <= case.today]
    if len(written) < 2:  # noqa: PLR2004  one entry is no habit
        return
    last = written[-1]
    day = last.written_at.date()
    if (case.today - day).days > case.numbers.journal_quiet_days:
        yield Finding(
            rule="journal-quiet",
            urgency=Urgency.TO_KNOW,
            text=f"The last shared entry of the journal is of {day}. Entries may exist that are not shared.",
            evidence=(Evidence(group="journal", item=last.id, says="last shared entry", day=day),),
        )


RULES = (
    Rule(
        id="journal-quiet",
        says="A journal that was kept and from which nothing was shared for two weeks is mentioned.",
        source=HOUSE,
        audience=Audience.THERAPIST,
        find=_quiet,
        numbers=("journal_quiet_days",),
    ),
)
