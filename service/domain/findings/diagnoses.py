"""Which diagnosis a rule speaks of: families of conditions by their codes, never by their words."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from service.domain.condition import Condition

ICD_10 = frozenset({
    "http://hl7.org/fhir/sid/icd-10-cm", "http://hl7.org/fhir/sid/icd-10", "http://fhir.de/CodeSystem/bfarm/icd-10-gm",
})  # fmt: skip
SNOMED = "http://snomed.info/sct"


class Family(StrEnum):
    """The conditions that respond to therapy and medication together, as rules tell them apart."""

    DEPRESSION = "depression"
    ANXIETY = "anxiety disorder"
    OCD = "OCD"
    PTSD = "PTSD"
    BIPOLAR = "bipolar disorder"


# The first characters of ICD-10 codes, and SNOMED CT codes from VSAC eCQM value sets (v2022).
_PREFIXES: Mapping[str, Family] = MappingProxyType({
    "F31": Family.BIPOLAR,
    "F32": Family.DEPRESSION,
    "F33": Family.DEPRESSION,
    "F40": Family.ANXIETY,
    "F41": Family.ANXIETY,
    "F42": Family.OCD,
    "F43.1": Family.PTSD,
})  # fmt: skip
_CODES: Mapping[str, Family] = MappingProxyType({
    "370143000": Family.DEPRESSION,
    "36923009": Family.DEPRESSION,
    "832007": Family.DEPRESSION,
    "310497006": Family.DEPRESSION,
    "66344007": Family.DEPRESSION,
    "197480006": Family.ANXIETY,
    "21897009": Family.ANXIETY,
    "371631005": Family.ANXIETY,
    "191736004": Family.OCD,
    "47505003": Family.PTSD,
    "13746004": Family.BIPOLAR,
})  # fmt: skip


def families(condition: Condition) -> frozenset[Family]:
    """Return the families that a condition's codes name; none for one that only words describe."""
    found: set[Family] = set()
    for one in condition.code.codings:
        if one.system == SNOMED and one.code in _CODES:
            found.add(_CODES[one.code])
        elif one.system in ICD_10:
            found.update(family for prefix, family in _PREFIXES.items() if one.code.startswith(prefix))
    return frozenset(found)
