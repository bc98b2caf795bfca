"""How the domain's dataclasses become JSON objects and back; every refusal is `Invalid` with its path."""

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from functools import partial
from operator import attrgetter
from typing import Any, TypeAlias, get_args, get_origin

from cattrs import AttributeValidationNote, ClassValidationError, Converter, ForbiddenExtraKeysError
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from service.document import scalars
from service.domain.concept import ALWAYS
from service.domain.condition import Condition, Verification
from service.domain.measure import AnyMeasure, OwnMeasure
from service.domain.values import Invalid, Problem
from service.fhir.json import JsonObject

Structure: TypeAlias = Callable[[Any, Any], Any]


def make_converter() -> Converter:
    """Return the converter of every value of the domain."""
    converter = Converter(detailed_validation=True, forbid_extra_keys=True)
    _read_scalars(converter)
    converter.register_structure_hook_factory(is_dataclass, partial(_object_reader, converter))
    converter.register_structure_hook_factory(_is_list, partial(_list_reader, converter))
    converter.register_unstructure_hook(StrEnum, attrgetter("value"))
    converter.register_unstructure_hook(OwnMeasure, str)
    converter.register_unstructure_hook(Decimal, scalars.write_decimal)
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_unstructure_hook_factory(is_dataclass, partial(_object_writer, converter))
    return converter


def _read_scalars(converter: Converter) -> None:
    readers: dict[type, Callable[[Any], Any]] = {
        str: scalars.read_text,
        bool: scalars.read_flag,
        int: scalars.read_whole,
        Decimal: scalars.read_decimal,
        date: scalars.read_date,
        datetime: scalars.read_moment,
    }
    for kind, read in readers.items():
        converter.register_structure_hook(kind, _ignoring_type(read))
    converter.register_structure_hook_func(
        lambda kind: kind == AnyMeasure, _ignoring_type(scalars.read_measure)
    )
    # cattrs dispatches by class first, nearest base first: without this, a code would be read as a text.
    converter.register_structure_hook(StrEnum, lambda value, codes: scalars.read_code(codes, value))


def _ignoring_type(read: Callable[[Any], Any]) -> Structure:
    return lambda value, _: read(value)


def _is_list(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _list_reader(converter: Converter, kind: Any) -> Structure:
    member = get_args(kind)[0]
    structure = converter.get_structure_hook(member)

    def read(value: Any, _: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise scalars.refused("must be a list")
        problems: list[Problem] = []
        members: list[Any] = []
        for index, one in enumerate(value):
            try:
                members.append(structure(one, member))
            except Invalid as error:
                problems.extend(problem.under(f"[{index}]") for problem in error.problems)
        if problems:
            raise Invalid(problems)
        return tuple(members)

    return read


def _object_reader(converter: Converter, kind: Any) -> Structure:
    structure = make_dict_structure_fn(kind, converter, _cattrs_forbid_extra_keys=True)

    def read(value: Any, target: Any) -> Any:
        if not isinstance(value, dict):
            raise scalars.refused("must be an object")
        if kind is Condition:
            value = _without_course(value)
        try:
            return structure(value, target)
        except ClassValidationError as error:
            raise Invalid(_problems(error, value)) from None

    return read


def _problems(error: ClassValidationError, document: JsonObject) -> Iterator[Problem]:
    for cause in error.exceptions:
        notes = getattr(cause, "__notes__", ())
        name = next((one.name for one in notes if isinstance(one, AttributeValidationNote)), "")
        match cause:
            case Invalid():
                yield from (problem.under(name) if name else problem for problem in cause.problems)
            case ForbiddenExtraKeysError():
                yield from _unknown_fields(cause)
            case KeyError() if name and name not in document:
                yield Problem(name, "is required")
            case _:  # not the document's fault: let it be seen
                raise cause


def _unknown_fields(cause: ForbiddenExtraKeysError) -> Iterator[Problem]:
    known = [one.name for one in fields(cause.cl)]
    for name in sorted(cause.extra_fields):
        # A key is free text too, and is not repeated: what it may be a slip of is ours to say.
        meant = get_close_matches(name, known, n=1)
        yield Problem("?", f"is no field here; {meant[0]} is one" if meant else "is no field here")


def _object_writer(converter: Converter, kind: Any) -> Callable[[Any], JsonObject]:
    # Typed as Any: the overrides share their keyword space with cattrs' own switches.
    silent: dict[str, Any] = {
        one.name: override(omit_if_default=True) for one in fields(kind) if one.default in (None, (), ALWAYS)
    }
    write = make_dict_unstructure_fn(kind, converter, **silent)
    names = tuple(one.name for one in fields(kind))

    def in_order(value: Any) -> JsonObject:
        # cattrs puts what may be left out last; a person reads a document in the order of the fields.
        written = write(value)
        return {name: written[name] for name in names if written.get(name) is not None}

    return in_order


def _without_course(document: JsonObject) -> JsonObject:
    # A merge patch can only leave a member out, and a condition entered in error has no course (con-5):
    # so there, and only there, silence means none instead of the default.
    mistaken = document.get("verification") == Verification.ENTERED_IN_ERROR
    return {"course": None, **document} if mistaken else document
