"""What R4 says about each element: its type, its required codes, the resource types that it may point to.

Read from the models of `fhir.resources.R4B` (R4B 4.3.0 has the elements, types and required codes of R4 4.0.1
for every type that we use), imported at the first question because that costs 0.2 s.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

from service.fhir.json import JsonObject
from service.fhir.r4_differences import CODES, CUT_SHORT, R4B_ONLY, TARGETS

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

ANY_RESOURCE = "Resource"


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element of the type `parent`; `kind` is a primitive as the models spell it, or a class name.

    `choice` is the `value` of a `value[x]`, of which at most one member may be given; of a choice that is
    `required`, one is.
    """

    name: str
    parent: str
    kind: str
    many: bool
    primitive: bool
    codes: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    required: bool = False
    choice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One value inside a resource with its FHIRPath; `element` is None at the root and where R4 has none.

    `resource` is the nearest resource around it and `root` the one that is no contained one: FHIRPath's
    %resource and %rootResource.
    """

    path: str
    kind: str
    value: Any
    element: Element | None
    resource: JsonObject
    root: JsonObject


def is_resource_type(name: str) -> bool:
    """Tells whether R4 has a resource type of this name (some ten types that only R4 has are not known)."""
    model = _model(name)
    return model is not None and name not in _NO_TYPE_OF_R4 and _model(ANY_RESOURCE) in model.__mro__


@cache
def elements(kind: str) -> Mapping[str, Element]:
    """Gives the elements of a type by JSON name (`_status` too); none for a type that R4 does not have."""
    model = _model(kind)
    fields = {} if model is None else model.model_fields
    named = ((field.alias or name, field) for name, field in fields.items() if name != "fhir_comments")
    known = (_element(kind, name, field) for name, field in named)
    return {element.name: element for element in known if element.kind not in R4B_ONLY}


def walk(resource: JsonObject) -> Iterator[Place]:
    """Visits every value of a resource, parents first; contained and bundled resources have their own type.

    A primitive's extension is met at the primitive's path (`Patient.birthDate.extension[0]`), as in FHIRPath.
    """
    kind = str(resource.get("resourceType", ""))
    yield from _visit(
        Place(path=kind, kind=kind, value=resource, element=None, resource=resource, root=resource)
    )


def kind_of(element: Element | None, value: Any) -> str:
    """Names the type of a value: the element's, or the resource's own where any resource may stand."""
    if element is None:
        return ""
    if element.kind == ANY_RESOURCE and isinstance(value, dict):
        return str(value.get("resourceType", ""))
    return element.kind


_DEMANDS = ("element_required", "one_of_many_required")
_NO_TYPE_OF_R4 = R4B_ONLY | {ANY_RESOURCE, "DomainResource"}


def _visit(place: Place) -> Iterator[Place]:
    yield place
    if not isinstance(place.value, dict):
        return
    known = elements(place.kind)
    for key, value in place.value.items():
        path = f"{place.path}.{key.removeprefix('_')}"
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from _visit(_within(place, f"{path}[{index}]", item, element=known.get(key)))
        else:
            yield from _visit(_within(place, path, value, element=known.get(key)))


def _within(holder: Place, path: str, value: Any, *, element: Element | None) -> Place:
    is_resource = element is not None and element.kind == ANY_RESOURCE and isinstance(value, dict)
    is_root = is_resource and element is not None and element.name != "contained"
    return Place(
        path=path,
        kind=kind_of(element, value),
        value=value,
        element=element,
        resource=value if is_resource else holder.resource,
        root=value if is_root else holder.root,
    )


@cache
def _model(kind: str) -> Any:
    from fhir.resources.R4B import get_fhir_model_class  # noqa: PLC0415 (0.2 s, paid by who asks)

    try:
        return get_fhir_model_class(kind)
    except ValueError:
        return None


def _element(parent: str, name: str, field: "FieldInfo") -> Element:
    notes = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    leaf = _leaf(field.annotation)
    inner = getattr(leaf, "_model_klass", None)
    return Element(
        name=name,
        parent=parent,
        kind=_primitive(leaf) if inner is None else str(inner).rpartition(".")[2],
        many="List[" in str(field.annotation),
        primitive=inner is None,
        codes=CODES.get((parent, name)) or _whole(notes.get("enum_values")),
        targets=TARGETS.get((parent, name)) or _strings(notes.get("enum_reference_types")),
        required=field.is_required() or any(notes.get(one) is True for one in _DEMANDS),
        choice=_choice(notes),
    )


def _choice(notes: Mapping[str, Any]) -> str | None:
    name = notes.get("one_of_many")
    return name if isinstance(name, str) else None


def _leaf(annotation: Any) -> Any:
    """Unwraps Optional and List down to the annotated primitive or the model's type."""
    while get_origin(annotation) not in {None, Annotated}:
        annotation = get_args(annotation)[0]
    return annotation


def _primitive(leaf: Any) -> str:
    return type(get_args(leaf)[1]).__name__ if get_origin(leaf) is Annotated else str(leaf.__name__)


def _whole(value: Any) -> tuple[str, ...]:
    codes = _strings(value)
    return () if CUT_SHORT.intersection(codes) else codes


def _strings(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value or ()))
