"""Excel workbooks: looked at before they are unpacked, read without formulas, written as text."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils.exceptions import InvalidFileException

from apps.core.importing.tables import MAX_COLUMNS, MAX_ROWS, FileRefused, too_many_rows

MAX_PARTS = 500
MAX_UNPACKED = 60 * 1024 * 1024
MAX_CELLS = 2_000_000
MAX_RATIO = 150
_SMALL = 5 * 1024 * 1024  # below this a high ratio harms nobody
# openpyxl takes these in whole, as objects, before the first row.
_MOST_UNPACKED = {"sharedstrings.xml": 20 * 1024 * 1024, "styles.xml": 2 * 1024 * 1024}
_CHUNK = 256 * 1024
# openpyxl lets go of elements at the end of each row and each shared string, so what is between two of them is bounded.
_UNIT = re.compile(rb"<(?:[\w.-]{1,40}:)?(row|si)(?=[\s/>])")
_CELL = re.compile(rb"<(?:[\w.-]{1,40}:)?c(?=[\s/>])")
_MAX_UNITS = 1_100_000  # a little more than the rows of Excel
_MAX_ELEMENTS = 300_000
_LONGEST_START = 48  # of what is searched for

# What a broken or hostile workbook makes the standard library and openpyxl raise.
_UNREADABLE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    ParseError,
    InvalidFileException,
    RecursionError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
)
# ST_Xstring of ECMA-376 part 1, 22.9.2.19: characters that XML cannot hold, and what looks like their notation.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def refuse_bombs(content: bytes) -> int:
    """About how many rows a workbook has. Raises FileRefused where unpacking or parsing it would be dangerous."""
    rows = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            _check_sizes(parts, len(content))
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels")):
                    rows = max(rows, _scan(archive, part))
    except _UNREADABLE as error:
        raise _not_readable() from error
    return rows


def read_lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first sheet as numbered lists of text. Raises FileRefused."""
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet: Any = book.worksheets[0]
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(max_row=MAX_ROWS + 2), 1):
            if number > MAX_ROWS + 1:
                raise FileRefused(too_many_rows())
            if len(cells) > MAX_COLUMNS:
                raise FileRefused(_("The file has more than %(limit)d columns.") % {"limit": MAX_COLUMNS})
            yield number, _trimmed([_text(cell, number) for cell in cells])
    except _UNREADABLE as error:
        raise _not_readable() from error


def write(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A workbook with one sheet, every cell text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Deskbridge")
    sheet.freeze_panes = "A2"
    for index in range(len(headers)):
        sheet.column_dimensions[chr(ord("A") + index)].width = 24
    sheet.append([_typed(sheet, name, bold=True) for name in headers])
    for row in rows:
        sheet.append([_typed(sheet, str(value)) for value in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _check_sizes(parts: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(part.file_size for part in parts)
    if any(part.flag_bits & 1 for part in parts):
        raise FileRefused(_("The workbook is protected by a password. Save it without one."))
    is_too_much = len(parts) > MAX_PARTS or unpacked > min(MAX_UNPACKED, max(packed * MAX_RATIO, _SMALL))
    if is_too_much or any(part.file_size > _most_unpacked(part) for part in parts):
        raise FileRefused(_("The workbook unpacks to far more than its size, so it was not opened."))


def _most_unpacked(part: zipfile.ZipInfo) -> int:
    return _MOST_UNPACKED.get(part.filename.lower().rpartition("/")[2], MAX_UNPACKED)


def _scan(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """Count the rows in a part; its declared size bounds what is unpacked. Raises FileRefused for what is dangerous."""
    counts = _Counts()
    window = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            window += chunk.replace(b"\x00", b"")  # without NULs, UTF-16 reads like ASCII
            if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                raise FileRefused(_("The workbook defines XML entities, so it was not opened."))
            # A start that may go on in the next chunk is left for it.
            last = window.rfind(b"<", max(len(window) - _LONGEST_START, 0))
            cut = last if last >= 0 else len(window)
            counts.take(window[:cut])
            window = window[cut:]
    counts.take(window)
    return counts.rows


@dataclass
class _Counts:
    """What a part holds, as far as it was seen: rows, strings, cells in all and in the latest row, elements since."""

    rows: int = 0
    strings: int = 0
    cells: int = 0
    cells_in_row: int = 0
    elements: int = 0

    def take(self, piece: bytes) -> None:
        """Count what is in `piece`, at whose end no start of an element is cut off. Raises FileRefused."""
        start = 0
        for found in _UNIT.finditer(piece):
            self._count(piece, start, found.start())
            self.elements = self.cells_in_row = 0
            self.rows += found[1] == b"row"
            self.strings += found[1] == b"si"
            start = found.start()
        self._count(piece, start, len(piece))

    def _count(self, piece: bytes, start: int, end: int) -> None:
        self.elements += piece.count(b"<", start, end)
        if self.rows:  # elsewhere a “c” is no cell
            found = len(_CELL.findall(piece, start, end))
            self.cells += found
            self.cells_in_row += found
        if self.cells_in_row > MAX_COLUMNS:
            raise FileRefused(_("The file has more than %(limit)d columns.") % {"limit": MAX_COLUMNS})
        if self.elements > _MAX_ELEMENTS or self.cells > MAX_CELLS or self.rows + self.strings > _MAX_UNITS:
            raise FileRefused(_("The workbook holds too much. Copy the rows to import into a new workbook."))


def _text(cell: Any, number: int) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        message = _("Row %(row)d has a formula. Replace it by its value: copy, then “Paste values”.")
        raise FileRefused(message % {"row": number})
    if cell.data_type == "e":
        raise FileRefused(_("Row %(row)d has a cell with an error (%(error)s).") % {"row": number, "error": value})
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), str(value))


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _typed(sheet: Any, text: str, *, bold: bool = False) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, _UNWRITABLE.sub(lambda match: f"_x{ord(match[0]):04X}_", text))
    cell.data_type = "s"  # text, also where it looks like a formula
    if bold:
        cell.font = Font(bold=True)
    return cell


def _not_readable() -> FileRefused:
    return FileRefused(_("The file is not a readable Excel workbook (.xlsx)."))
