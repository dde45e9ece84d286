"""What a file holds once it is read: named columns of text, within limits."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 100_000
MAX_COLUMNS = 200
MAX_CELL = 32_767  # as in Excel

Cell = str | list[str] | None
"""A cell's text; None where the file says nothing about it; a list where the format has lists of names."""


class FileRefused(Exception):
    """The file cannot be read or is too much; its text says why and is safe to show."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(str(message))


@dataclass
class Row:
    """One row with the number that people see in front of it."""

    number: int
    cells: dict[str, Cell]


@dataclass
class Table:
    """A file's rows. `notes` are remarks for the person who uploaded it."""

    columns: list[str]
    rows: list[Row]
    notes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, lines: Iterable[tuple[int, list[str]]]) -> "Table":
        """A table of numbered lines, the first of which names the columns. Raises FileRefused."""
        numbered = iter(lines)
        header = next(numbered, (0, []))[1]
        names = [name.strip() for name in header]
        while names and not names[-1]:
            names.pop()
        check_columns(names)
        table = cls(names, [])
        for number, cells in numbered:
            if any(cells):
                table.add(number, _named(number, names, cells))
        return table

    def add(self, number: int, cells: dict[str, Cell]) -> None:
        """Append a row. Raises FileRefused where it, or the table, becomes too much."""
        if len(self.rows) >= MAX_ROWS:
            raise FileRefused(too_many_rows())
        for column, cell in cells.items():
            _check_cell(number, column, cell)
        self.rows.append(Row(number, cells))


def too_many_rows() -> str:
    """The sentence about a file with too many rows."""
    return _("The file has more than %(limit)d rows. Split it into several files.") % {"limit": MAX_ROWS}


def check_columns(names: list[str]) -> None:
    """Raises FileRefused unless there are columns, not too many, each with a name of its own."""
    if not any(names):
        raise FileRefused(_("The file is empty. Its first row must name the columns."))
    if len(names) > MAX_COLUMNS:
        raise FileRefused(_("The file has more than %(limit)d columns.") % {"limit": MAX_COLUMNS})
    seen: set[str] = set()
    for name in filter(None, names):
        _check_cell(1, name[:40], name)
        if name.casefold() in seen:
            raise FileRefused(_("The column “%(column)s” is there twice.") % {"column": name[:40]})
        seen.add(name.casefold())


def decoded(content: bytes) -> str:
    """The text of a UTF-8 file, with or without byte order mark. Raises FileRefused."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileRefused(_("The file is in UTF-16. Save it as UTF-8, in Excel as “CSV UTF-8”."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = _("The file is not in UTF-8 (see line %(line)d). Save it as UTF-8, in Excel as “CSV UTF-8”.")
        raise FileRefused(message % {"line": line}) from error
    if "\x00" in text:
        raise FileRefused(_("The file has NUL characters in it, so it is not a text file."))
    return text


def _named(number: int, names: list[str], cells: list[str]) -> dict[str, Cell]:
    beyond = [cell for cell in cells[len(names) :] if cell.strip()]
    if beyond:
        message = ngettext(
            "Row %(row)d has %(count)d cell more than there are columns.",
            "Row %(row)d has %(count)d cells more than there are columns.",
            len(beyond),
        )
        raise FileRefused(message % {"row": number, "count": len(beyond)})
    padded: Iterator[str] = iter([*cells, *[""] * (len(names) - len(cells))])
    return {name: cell for name, cell in zip(names, padded, strict=False) if name}


def _check_cell(number: int, column: str, cell: Cell) -> None:
    for text in cell if isinstance(cell, list) else [cell or ""]:
        if len(text) > MAX_CELL:
            message = _("Row %(row)d, column “%(column)s”: the text is longer than %(limit)d characters.")
            raise FileRefused(message % {"row": number, "column": column, "limit": MAX_CELL})
        if "\x00" in text or not _is_text(text):
            message = _("Row %(row)d, column “%(column)s” has a character that no text has.")
            raise FileRefused(message % {"row": number, "column": column})


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
