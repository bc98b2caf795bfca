"""marshmallow schemas made from dataclasses, so that what OpenAPI says is what the domain has."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from inspect import getdoc
from types import MappingProxyType, NoneType
from typing import Any, get_args, get_origin, get_type_hints

from marshmallow import RAISE, Schema
from marshmallow import fields as wire
from marshmallow.validate import Length, Regexp

from service.domain.measure import OWN_ID, AnyMeasure, Measure
from service.domain.values import TEXT_LIMIT, Value

ID = r"[A-Za-z0-9.\-]{1,64}"
"""What an id may be: the pattern of FHIR ids, as `service.domain.values` checks it."""

# A JSON number loses digits in some readers, so a decimal may also come and go as a text.
_DECIMAL = {"type": ["number", "string"], "description": "A number, or a text with all its digits."}
_MEASURE = {
    "description": f"One of {', '.join(Measure)}, or one that the clinic describes (TANDEM_CARE_MEASURES)."
}
_FIELDS: Mapping[type, type[wire.Field[Any]]] = MappingProxyType({
    str: wire.String,
    bool: wire.Boolean,
    int: wire.Integer,
    Decimal: wire.Decimal,
    date: wire.Date,
    datetime: wire.DateTime,
    dict: wire.Dict,
})  # fmt: skip


@cache
def schema_of(kind: type, *, name: str = "", without: frozenset[str] = frozenset()) -> type[Schema]:
    """Return the schema of a dataclass: required is what has no default, and unknown fields are refused."""
    hints = get_type_hints(kind)
    members = {
        one.name: _field(hints[one.name], **_settings(kind, one))
        for one in fields(kind)
        if one.name not in without
    }
    meta = type("Meta", (), {"unknown": RAISE, "register": False, "description": getdoc(kind)})
    return type(f"{name or kind.__name__}Schema", (Schema,), {**members, "Meta": meta})


def _settings(kind: type, one: Field[Any]) -> dict[str, Any]:
    settings: dict[str, Any] = {"required": one.default is MISSING and one.default_factory is MISSING}
    if isinstance(one.default, str | bool | int):
        settings["load_default"] = one.default
    if group := one.metadata.get("refers"):
        settings["metadata"] = {"description": f"Names by id: {group}."}
    if one.name == "id" and issubclass(kind, Value):
        settings["validate"] = Regexp(f"^{ID}$")
    elif get_type_hints(kind)[one.name] in (str, str | None) and issubclass(kind, Value):
        settings["validate"] = Length(min=1, max=TEXT_LIMIT)
    return settings


def _field(hint: Any, **settings: Any) -> wire.Field[Any]:
    if NoneType in get_args(hint):
        inner = next(one for one in get_args(hint) if one is not NoneType)
        return _field(inner, allow_none=True, **settings)
    if hint == AnyMeasure:
        return wire.String(validate=Regexp(f"^{OWN_ID}$"), **{"metadata": _MEASURE, **settings})
    origin = get_origin(hint) or hint
    if origin is tuple:
        return wire.List(_field(get_args(hint)[0]), **settings)
    if is_dataclass(get_origin(hint) or hint):
        return wire.Nested(schema_of(origin), **settings)
    if issubclass(origin, StrEnum):
        return _code(origin, settings)
    if origin is Decimal:
        settings["metadata"] = _DECIMAL
    return _FIELDS[origin](**settings)


def _code(codes: type[StrEnum], settings: dict[str, Any]) -> wire.Field[Any]:
    said = {"type": "string", "description": getdoc(codes)}
    return wire.Enum(codes, by_value=True, **{"metadata": said, **settings})
