"""Types that the API's schemas share."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from django.db.models import Choices
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from pydantic.json_schema import WithJsonSchema

from apps.core.paging import MAX_ID

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")


class Input(BaseModel):
    """What a request may say; a name that is not known is an error and not ignored."""

    model_config = ConfigDict(extra="forbid")


def absent(**options: Any) -> Any:
    """A field that may be left out, which means something else than any value."""
    return Field(default=None, json_schema_extra=_without_default, **options)


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


def _whole(value: object) -> object:
    if isinstance(value, bool | str):
        raise ValueError("Write a whole number.")  # noqa: TRY004 - what pydantic asks for
    return value


def _moment(value: object) -> object:
    if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
        raise ValueError("Write a moment as in 2026-11-21T09:30:00Z.")
    return value


def as_utc(moment: datetime) -> datetime:
    """The moment in UTC; the first and last hours of the calendar stay within it."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)


def _text(moment: datetime) -> str:
    return as_utc(moment).isoformat().replace("+00:00", "Z")


Id = Annotated[int, Field(ge=1, le=MAX_ID), BeforeValidator(_whole)]
PathId = Annotated[int, Field(ge=1, le=MAX_ID)]
MomentIn = Annotated[AwareDatetime, BeforeValidator(_moment)]
Moment = Annotated[
    datetime, PlainSerializer(_text, return_type=str), WithJsonSchema({"type": "string", "format": "date-time"})
]


def one_of(choices: type[Choices]) -> WithJsonSchema:
    """Describes a choice by its values where it is used; by name, two choices of one name would be taken for one."""
    return WithJsonSchema({"type": "string", "enum": list(choices.values)})


class Named(BaseModel):
    """Something, by its id and name."""

    id: int
    name: str
