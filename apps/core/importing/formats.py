"""The file formats that are offered, each made safe in both directions."""

import csv
import io
import json
import re
from typing import Any

import tablib
from django.utils.translation import gettext as _
from import_export.formats.base_formats import Format

from apps.core.importing import spreadsheets
from apps.core.importing.tables import Cell, FileRefused, Table, check_columns, decoded

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"-[0-9]+([.,][0-9]+)?")
_DELIMITERS = ",;\t"
SEPARATOR = "|"


class DeskFormat(Format):
    """A format of import-export that reads into a `Table`.

    `keeps_types`: whether it has numbers, yes/no and lists of its own, so that cells are not turned into text.
    """

    name = ""
    title = ""
    content_type = ""
    extensions: tuple[str, ...] = ()
    keeps_types = False

    def get_title(self) -> str:
        return self.title

    def get_extension(self) -> str:
        return self.extensions[0]

    def get_content_type(self) -> str:
        return self.content_type

    def can_import(self) -> bool:
        return True

    def can_export(self) -> bool:
        return True

    def read(self, content: bytes) -> Table:
        """The rows of a file. Raises FileRefused."""
        raise NotImplementedError

    def estimate(self, content: bytes) -> int:
        """About how many rows a file has, without reading it. Raises FileRefused where it is dangerous to read."""
        raise NotImplementedError

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        raise NotImplementedError


class SafeCSV(DeskFormat):
    """CSV in UTF-8. What a spreadsheet would run as a formula gets a ' in front, which import takes off again."""

    name = "csv"
    title = "CSV"
    content_type = "text/csv; charset=utf-8"
    extensions = ("csv", "txt", "tsv")

    def read(self, content: bytes) -> Table:
        text = decoded(content)
        delimiter, text = _delimiter(text)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        try:
            return Table.of((number, [unprotected(cell) for cell in cells]) for number, cells in enumerate(reader, 1))
        except csv.Error as error:
            message = _(
                "The file cannot be read as CSV: something is wrong with the quotation marks near line %(line)d."
            )
            raise FileRefused(message % {"line": reader.line_num}) from error

    def estimate(self, content: bytes) -> int:
        return max((content.count(b"\n") or content.count(b"\r")) - 1, 0)

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        stream = io.StringIO(newline="")
        writer = csv.writer(stream)
        writer.writerow(dataset.headers)
        writer.writerows([protected(str(cell)) for cell in row] for row in dataset)
        return stream.getvalue().encode("utf-8-sig")  # Excel takes a file without the mark for its own code page


class SafeXLSX(DeskFormat):
    """Excel workbooks: every cell is written as text; formulas are refused, never worked out."""

    name = "xlsx"
    title = "XLSX"
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    extensions = ("xlsx",)

    def read(self, content: bytes) -> Table:
        spreadsheets.refuse_bombs(content)
        return Table.of(spreadsheets.read_lines(content))

    def estimate(self, content: bytes) -> int:
        return spreadsheets.refuse_bombs(content)

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        return spreadsheets.write(dataset.headers, dataset)


class SafeJSON(DeskFormat):
    """JSON: a list of objects, one a row; brands and host names are lists of names."""

    name = "json"
    title = "JSON"
    content_type = "application/json"
    extensions = ("json",)
    keeps_types = True

    def read(self, content: bytes) -> Table:
        try:
            entries = json.loads(decoded(content))
        except (ValueError, RecursionError) as error:
            where = f" ({error.lineno}:{error.colno})" if isinstance(error, json.JSONDecodeError) else ""
            raise FileRefused(_("The file is not valid JSON%(where)s.") % {"where": where}) from error
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise FileRefused(_("The file must hold a list of objects: [{…}, {…}]."))
        columns = list(dict.fromkeys(key for entry in entries for key in entry))
        check_columns(columns)
        table = Table(columns, [])
        for number, entry in enumerate(entries, 1):
            table.add(number, {key: _json_cell(number, key, value) for key, value in entry.items()})
        return table

    def estimate(self, content: bytes) -> int:
        return content.count(b"{")

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        rows = [dict(zip(dataset.headers, row, strict=True)) for row in dataset]
        return json.dumps(rows, ensure_ascii=False, indent=1).encode()


FORMATS: list[type[DeskFormat]] = [SafeCSV, SafeXLSX, SafeJSON]


def protected(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; `unprotected` gives back exactly `text`."""
    return f"'{text}" if _is_risky(text) and not _NUMBER.fullmatch(text) else text


def unprotected(text: str) -> str:
    """What `protected` was given; text that needs no protection is left alone."""
    return text[1:] if text.startswith("'") and _is_risky(text[1:]) else text


def _is_risky(text: str) -> bool:
    return text.startswith(("'", "\t", "\r", "\n")) or text.lstrip().startswith(_FORMULA)


def _delimiter(text: str) -> tuple[str, str]:
    """The delimiter of a CSV text and the text without Excel's `sep=` line."""
    first, _newline, rest = text.partition("\n")
    named = first.strip().removeprefix("sep=")
    if first.startswith("sep=") and (named or "\t") in _DELIMITERS:
        return named or "\t", rest
    quoted = False
    counts = dict.fromkeys(_DELIMITERS, 0)
    for character in first:
        quoted ^= character == '"'
        if not quoted and character in counts:
            counts[character] += 1
    return max(counts, key=lambda delimiter: counts[delimiter]), text


def _json_cell(number: int, column: str, value: object) -> Cell:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return value
    message = _("Row %(row)d, column “%(column)s”: write text, a number, true, false or a list of names.")
    raise FileRefused(message % {"row": number, "column": column[:40]})
