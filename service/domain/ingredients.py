"""Medicines by their ingredient, and what class each belongs to: codes and names as data.

Product codes are those of VSAC eCQM value sets (v2022); ingredient codes are those that CPIC publishes for
its guidelines (cpicpgx/cpic-schema, drug.sql), and of lithium RxNorm's own. An ingredient without a code
here is known by its name, which stands in the name of every product.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from service.domain.concept import Concept

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"

PRODUCTS: Mapping[str, str] = MappingProxyType({
    "312938": "sertraline", "312940": "sertraline", "312941": "sertraline",
    "310385": "fluoxetine", "248642": "fluoxetine",
    "349332": "escitalopram", "351249": "escitalopram", "351250": "escitalopram",
    "200371": "citalopram",
    "596930": "duloxetine", "596934": "duloxetine",
    "1738495": "paroxetine",
    "903884": "fluvoxamine", "903887": "fluvoxamine", "903891": "fluvoxamine",
    "857301": "clomipramine",
    "313585": "venlafaxine", "313586": "venlafaxine",
    "993687": "bupropion", "993541": "bupropion",
    "311725": "mirtazapine",
    "198427": "lamotrigine",
    "312743": "quetiapine",
    "349545": "aripiprazole",
    "314154": "olanzapine",
    "1099563": "divalproex", "1099569": "divalproex",
})  # fmt: skip
"""Ingredient by RxNorm code of a product."""

INGREDIENTS: Mapping[str, str] = MappingProxyType({
    "36437": "sertraline", "4493": "fluoxetine", "321988": "escitalopram", "2556": "citalopram",
    "32937": "paroxetine", "42355": "fluvoxamine", "39786": "venlafaxine", "72625": "duloxetine",
    "704": "amitriptyline", "2597": "clomipramine", "3247": "desipramine", "5691": "imipramine",
    "7531": "nortriptyline", "15996": "mirtazapine", "42347": "bupropion", "1455099": "vortioxetine",
    "6448": "lithium", "28439": "lamotrigine", "266856": "divalproex", "11118": "valproic acid",
    "2002": "carbamazepine", "2626": "clozapine", "61381": "olanzapine", "89013": "aripiprazole",
    "35636": "risperidone", "3322": "diazepam", "7781": "oxazepam", "21241": "clobazam",
})  # fmt: skip
"""Ingredient by RxNorm code of the ingredient."""


class DrugClass(StrEnum):
    """What rules must know of a medicine."""

    SSRI = "SSRI"
    SNRI = "SNRI"
    ANTIDEPRESSANT = "antidepressant"
    BENZODIAZEPINE = "benzodiazepine"
    LITHIUM = "lithium"
    MOOD_STABILISER = "mood stabiliser"
    BIPOLAR_ANTIPSYCHOTIC = "antipsychotic approved for bipolar disorder"
    CLOZAPINE = "clozapine"
    LAMOTRIGINE = "lamotrigine"


_SSRI = frozenset({DrugClass.SSRI, DrugClass.ANTIDEPRESSANT})
_SNRI = frozenset({DrugClass.SNRI, DrugClass.ANTIDEPRESSANT})
_OTHER = frozenset({DrugClass.ANTIDEPRESSANT})
_BENZODIAZEPINE = frozenset({DrugClass.BENZODIAZEPINE})
_STABILISER = frozenset({DrugClass.MOOD_STABILISER})
# FDA labels name bipolar disorder among the indications of each.
_ANTIPSYCHOTIC = frozenset({DrugClass.BIPOLAR_ANTIPSYCHOTIC})
CLASSES: Mapping[str, frozenset[DrugClass]] = MappingProxyType({
    **dict.fromkeys(
        ("sertraline", "fluoxetine", "escitalopram", "citalopram", "paroxetine", "fluvoxamine"), _SSRI
    ),
    **dict.fromkeys(("venlafaxine", "desvenlafaxine", "duloxetine", "levomilnacipran"), _SNRI),
    **dict.fromkeys(
        ("amitriptyline", "clomipramine", "desipramine", "imipramine", "nortriptyline", "mirtazapine",
         "bupropion", "vortioxetine", "trazodone", "vilazodone"),
        _OTHER,
    ),
    **dict.fromkeys(
        ("diazepam", "oxazepam", "clobazam", "alprazolam", "lorazepam", "clonazepam", "temazepam",
         "chlordiazepoxide", "bromazepam"),
        _BENZODIAZEPINE,
    ),
    "lithium": _STABILISER | {DrugClass.LITHIUM},
    "lamotrigine": _STABILISER | {DrugClass.LAMOTRIGINE},
    **dict.fromkeys(("divalproex", "valproate", "valproic acid", "carbamazepine"), _STABILISER),
    **dict.fromkeys(
        ("quetiapine", "aripiprazole", "olanzapine", "risperidone", "ziprasidone", "asenapine",
         "lurasidone", "cariprazine", "lumateperone"),
        _ANTIPSYCHOTIC,
    ),
    "clozapine": frozenset({DrugClass.CLOZAPINE}),
})  # fmt: skip
"""The classes of each ingredient."""

_NAMES = re.compile(r"\b(" + "|".join(map(re.escape, sorted(CLASSES))) + r")\b")
_KNOWN = {**PRODUCTS, **INGREDIENTS}


def ingredients(drug: Concept) -> frozenset[str]:
    """Return the known ingredients of a drug: by its codes, and where they tell none by its name."""
    found = {_KNOWN[one.code] for one in drug.codings if one.system == RXNORM and one.code in _KNOWN}
    if found:
        return frozenset(found)
    names = [drug.text, *(one.display for one in drug.codings)]
    return frozenset(match for name in names if name for match in _NAMES.findall(name.lower()))


def classes(drug: Concept) -> frozenset[DrugClass]:
    """Return the classes that a drug belongs to; nothing for one that is not known here."""
    return frozenset(one for name in ingredients(drug) for one in CLASSES[name])
