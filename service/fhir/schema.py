"""What R4 says about each element: its type, its required codes, the resource types that it may point to.

Read from the models of `fhir.resources.R4B` (R4B 4.3.0 has the elements, types and required codes of R4 4.0.1
for every type that we use), imported at the first question because that costs 0.2 s.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

from service.fhir.json import JsonObject

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

ANY_RESOURCE = "Resource"


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element of a type: `kind` is a primitive as the models spell it (`DateTime`) or a class name."""

    kind: str
    many: bool
    primitive: bool
    codes: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One value inside a resource with its FHIRPath; `element` is None at the root and where R4 has none."""

    path: str
    kind: str
    value: Any
    element: Element | None


def is_resource_type(name: str) -> bool:
    """Tells whether R4 has a resource type of this name."""
    model = _model(name)
    return model is not None and name not in _ABSTRACT and _resource_base() in model.__mro__


@cache
def elements(kind: str) -> Mapping[str, Element]:
    """Gives the elements of a type by JSON name (`_status` too); none for a type that R4 does not have."""
    model = _model(kind)
    fields = {} if model is None else model.model_fields
    return {field.alias or name: _element(field) for name, field in fields.items() if name != "fhir_comments"}


def walk(resource: JsonObject) -> Iterator[Place]:
    """Visits every value of a resource, parents first; contained and bundled resources have their own type.

    A primitive's extension is met at the primitive's path (`Patient.birthDate.extension[0]`), as in FHIRPath.
    """
    kind = str(resource.get("resourceType", ""))
    yield from _visit(Place(path=kind, kind=kind, value=resource, element=None))


_ABSTRACT = frozenset({ANY_RESOURCE, "DomainResource"})


def _visit(place: Place) -> Iterator[Place]:
    yield place
    if not isinstance(place.value, dict):
        return
    known = elements(place.kind)
    for key, value in place.value.items():
        element = known.get(key)
        path = f"{place.path}.{key.removeprefix('_')}"
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from _visit(_place(f"{path}[{index}]", item, element))
        else:
            yield from _visit(_place(path, value, element))


def _place(path: str, value: Any, element: Element | None) -> Place:
    return Place(path=path, kind=kind_of(element, value), value=value, element=element)


def kind_of(element: Element | None, value: Any) -> str:
    """Names the type of a value: the element's, or the resource's own where any resource may stand."""
    if element is None:
        return ""
    if element.kind == ANY_RESOURCE and isinstance(value, dict):
        return str(value.get("resourceType", ""))
    return element.kind


@cache
def _model(kind: str) -> Any:
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415 (0.2 s, paid by who asks)

    try:
        return get_fhir_model_class(kind)
    except ValueError:
        return None


@cache
def _resource_base() -> Any:
    return _model(ANY_RESOURCE)


def _element(field: "FieldInfo") -> Element:
    notes = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    leaf = _leaf(field.annotation)
    inner = getattr(leaf, "_model_klass", None)
    return Element(
        kind=_primitive(leaf) if inner is None else str(inner).rpartition(".")[2],
        many="List[" in str(field.annotation),
        primitive=inner is None,
        codes=_strings(notes.get("enum_values")),
        targets=_strings(notes.get("enum_reference_types")),
    )


def _leaf(annotation: Any) -> Any:
    """Unwraps Optional and List down to the annotated primitive or the model's type."""
    while get_origin(annotation) not in {None, Annotated}:
        annotation = get_args(annotation)[0]
    return annotation


def _primitive(leaf: Any) -> str:
    return type(get_args(leaf)[1]).__name__ if get_origin(leaf) is Annotated else str(leaf.__name__)


def _strings(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value or ()))
