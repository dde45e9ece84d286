"""What an import would do: every row of a table compared with the database and checked, nothing written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.translation import gettext as _
from import_export.fields import Field

from apps.core.importing.fields import NamesField, batches
from apps.core.importing.resources import DeskResource
from apps.core.importing.tables import Cell, FileRefused, Row, Table
from apps.core.importing.widgets import MASK

Progress = Callable[[int], None]


@dataclass(frozen=True)
class RowError:
    """Why a row cannot be imported. `column` is empty where the whole row is meant."""

    row: int
    column: str
    message: str


@dataclass
class Entry:
    """A row that would be written."""

    row: int
    instance: Any
    is_new: bool
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def changes(self) -> set[str]:
        """The columns whose value differs."""
        return {name for name, value in self.after.items() if value != self.before[name]}


@dataclass
class Plan:
    """Everything an import would do. `positions` are the places that the file gives rows of an ordered list."""

    resource: DeskResource
    columns: list[str]
    entries: list[Entry] = field(default_factory=list)
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    positions: list[tuple[int, Any]] = field(default_factory=list)

    @property
    def created(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.is_new]

    @property
    def changed(self) -> list[Entry]:
        return [entry for entry in self.entries if not entry.is_new]

    def refuse(self, row: int, column: str, message: str) -> None:
        """Note that a row cannot be imported."""
        self.errors.append(RowError(row, column, message))


class Planner:
    """Makes the plan of one table. Raises FileRefused where the table does not fit the list at all."""

    def __init__(self, resource: DeskResource, table: Table) -> None:
        self.resource = resource
        self.table = table
        self.fields = _matched(resource, table)
        self.plan = Plan(resource, list(self.fields), notes=[*table.notes, *_left_out(self.fields, table)])
        self.columns = {header: name for name, (header, _field) in self.fields.items()}
        self.existing = _existing(resource, self._keys())
        self.seen: dict[tuple[str, ...], int] = {}
        self.holders = _holders(resource)

    def run(self, progress: Progress) -> Plan:
        """The plan; `progress` is told the number of rows done, now and then."""
        for done, row in enumerate(self.table.rows):
            if done % 100 == 0:
                progress(done)
            try:
                self._check(row)
            except ValidationError as error:
                self._refuse(row, error)
        if not self.plan.errors:
            self.resource.check_all(self.plan)
        self.plan.errors.sort(key=lambda error: error.row)
        return self.plan

    def _check(self, row: Row) -> None:
        key = self._key(row)
        self._claim(row, key)
        instance = self.existing.get(key)
        is_new = instance is None
        instance = self.resource.init_instance() if instance is None else instance
        entry = Entry(row.number, instance, is_new, self._snapshot(instance), {})
        errors = self._fill(entry, row)
        if not errors and not is_new and not entry.changes:
            self._note_unchanged(entry)
            return
        self._validate(entry, errors)
        if not is_new and not entry.changes:
            self._note_unchanged(entry)
            return
        self._note_place(entry)
        self.plan.entries.append(entry)

    def _fill(self, entry: Entry, row: Row) -> dict[str, list[str]]:
        """Put the row's cells into the instance; returns what is wrong, by column."""
        errors: dict[str, list[str]] = {}
        entered = set()
        values = dict(entry.before)
        for name, (header, column) in self.fields.items():
            cell = row.cells.get(header)
            if cell is None or (not cell and self._keeps_when_empty(name)):
                continue
            try:
                values[name] = column.clean({column.column_name: cell})
            except ValueError as error:
                errors[name] = [str(error)]
                continue
            if not isinstance(column, NamesField):
                setattr(entry.instance, column.attribute, values[name])
            entered |= {name} & self.resource.secrets
        entry.instance.secrets_entered = frozenset(entered)
        entry.after = values
        return errors

    def _validate(self, entry: Entry, errors: dict[str, list[str]]) -> None:
        try:
            entry.instance.full_clean(
                exclude=[*self.resource.secrets, "position", *errors],
                validate_unique=False,
                validate_constraints=self.resource.validate_constraints,
            )
        except ValidationError as error:
            errors = error.message_dict | errors
        if errors:
            raise ValidationError(errors)
        values = self._snapshot(entry.instance)
        entry.after.update({name: values[name] for name in values if name not in self.resource.name_lists})
        for name, holders in self.holders.items():
            self._hold(entry, name, holders)
        self._note_cleared(entry)

    def _hold(self, entry: Entry, name: str, holders: dict[Any, Any]) -> None:
        """Keep unique values unique, among the rows of the database and of the file."""
        value = getattr(entry.instance, name)
        own = entry.instance.pk or f"row {entry.row}"
        if holders.setdefault(value, own) != own:
            message = entry.instance._meta.get_field(name).error_messages["unique"]
            raise ValidationError({name: str(message) % {"model_name": "", "field_label": name}})

    def _claim(self, row: Row, key: tuple[str, ...]) -> None:
        needed = [name for name in self.resource.key if name not in self.resource.empty_keys]
        missing = [name for name, part in zip(self.resource.key, key, strict=True) if not part and name in needed]
        if missing:
            raise ValidationError({name: _("Fill this in: rows are told apart by it.") for name in missing})
        first = self.seen.setdefault(key, row.number)
        if first != row.number:
            message = _("Row %(row)d has the same already.") % {"row": first}
            raise ValidationError({self.resource.key[0]: message})

    def _keeps_when_empty(self, name: str) -> bool:
        """Whether an empty cell leaves the value alone: secrets, and what cannot be empty but has a default."""
        if name in self.resource.name_lists:
            return False
        column: Any = self.resource.model._meta.get_field(name)
        return name in self.resource.secrets or (not column.blank and column.has_default())

    def _note_unchanged(self, entry: Entry) -> None:
        self._note_place(entry)
        self.plan.unchanged += 1

    def _note_place(self, entry: Entry) -> None:
        if "position" in self.fields and entry.after["position"]:
            self.plan.positions.append((entry.after["position"], entry.instance))

    def _note_cleared(self, entry: Entry) -> None:
        for name in getattr(entry.instance, "secrets_cleared", ()):
            label = entry.instance._meta.get_field(name).verbose_name
            message = _("Row %(row)d changes the address, so the stored %(secret)s is cleared.")
            self.plan.notes.append(message % {"row": entry.row, "secret": label})

    def _snapshot(self, instance: models.Model) -> dict[str, Any]:
        return {name: column.get_value(instance) for name, column in self.resource.columns.items()}

    def _keys(self) -> Iterator[tuple[str, ...]]:
        return (self._key(row) for row in self.table.rows)

    def _key(self, row: Row) -> tuple[str, ...]:
        cells = tuple(_plain(row.cells.get(self.fields[name][0])) for name in self.resource.key)
        return self.resource.plain_key(cells)

    def _refuse(self, row: Row, error: ValidationError) -> None:
        for name, messages in error.message_dict.items():
            for message in messages:
                self.plan.refuse(row.number, "" if name == NON_FIELD_ERRORS else name, message)


def shown(resource: DeskResource, name: str, value: Any) -> str:
    """A value as the preview shows it; secrets are dots."""
    if value in (None, "") or (name == "position" and not value):
        return ""
    return MASK if name in resource.secrets else str(resource.columns[name].widget.render(value))


def _matched(resource: DeskResource, table: Table) -> dict[str, tuple[str, Field]]:
    """The columns that the file has, by our name: its own heading and our field. Raises FileRefused."""
    names: dict[str, str] = {}
    for name in resource.columns:
        label = getattr(resource.model._meta.get_field(name), "verbose_name", name)
        names |= {_plain_heading(str(label)): name}
    names |= {_plain_heading(name): name for name in resource.columns}
    found: dict[str, tuple[str, Field]] = {}
    for heading in table.columns:
        name = names.get(_plain_heading(heading), "")
        if name and name not in found:
            found[name] = (heading, resource.columns[name])
    for name in resource.key:
        if name not in found:
            message = _("The column “%(column)s” is missing. The first row must name the columns: %(columns)s.")
            raise FileRefused(message % {"column": name, "columns": ", ".join(resource.columns)})
    return found


def _left_out(fields: dict[str, tuple[str, Field]], table: Table) -> list[str]:
    used = {heading for heading, _field in fields.values()}
    unknown = [heading[:40] for heading in table.columns if heading and heading not in used]
    if not unknown:
        return []
    return [_("Columns that are not known were left out: %(columns)s.") % {"columns": ", ".join(unknown)}]


def _existing(resource: DeskResource, keys: Iterator[tuple[str, ...]]) -> dict[tuple[str, ...], Any]:
    """The rows of the database that the file names, by key."""
    found = {}
    firsts = list(dict.fromkeys(key[0] for key in keys))
    for batch in batches(firsts):
        for instance in resource.get_queryset().filter(**{f"{resource.key[0]}__in": batch}):
            found[resource.key_of(instance)] = instance
    return found


def _holders(resource: DeskResource) -> dict[str, dict[Any, Any]]:
    """Who has which value of each unique column now."""
    unique = [f.name for f in resource.model._meta.fields if f.unique and f.name in resource.columns]
    rows = resource.model._default_manager.order_by()
    return {name: dict(rows.values_list(name, "pk")) for name in unique}


def _plain(cell: Cell) -> str:
    return "" if cell is None or isinstance(cell, list) else cell.strip()


def _plain_heading(heading: str) -> str:
    return heading.strip().casefold().replace(" ", "_").replace("-", "_")
