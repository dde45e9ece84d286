"""What is exported comes back as it was, in every format, whatever the cells hold."""

import csv
import io
import re

import pytest
import tablib
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from apps.core.importing.formats import FORMATS, DeskFormat, SafeCSV, SafeXLSX, protected, unprotected
from apps.core.importing.widgets import join_names, split_names

FORMULAS = ["=1+1", "+1", "-1-1", "-1e5", "-A1", "-", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "=cmd|' /C calc'!A0"]
NUMBERS = ["-1", "-0.5", "-1,5", "-1234567"]
AWKWARD = [
    *FORMULAS,
    *NUMBERS,
    "'-1",
    "'",
    "''",
    "'=1",
    "'quoted'",
    "a'b",
    "",
    "a|b",
    'say "hi"',
    "a;b,c\td",
    "two\r\nlines",
    "_x0041_",
]

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30) | st.sampled_from(
    AWKWARD
)


@given(texts)
def test_it_takes_off_exactly_what_it_put_in_front_of_a_cell(text: str) -> None:
    assert unprotected(protected(text)) == text


@given(texts)
def test_it_leaves_no_cell_that_a_spreadsheet_runs(text: str) -> None:
    if re.fullmatch(r"-[0-9]+([.,][0-9]+)?", text):
        return  # a number
    assert not protected(text).lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert not protected(text).startswith(("\t", "\r", "\n"))


@settings(deadline=None)
@pytest.mark.parametrize("kind", FORMATS)
@given(rows=st.lists(st.tuples(texts.filter(bool), texts), min_size=1, max_size=5))
def test_it_reads_back_what_it_wrote(kind: type[DeskFormat], rows: list[tuple[str, str]]) -> None:
    written = kind().export_data(tablib.Dataset(*rows, headers=["name", "text"]))
    assert [tuple(row.cells.values()) for row in kind().read(written).rows] == rows


@pytest.mark.parametrize("formula", FORMULAS)
def test_it_puts_an_apostrophe_in_front_of_a_formula_in_csv(formula: str) -> None:
    written = SafeCSV().export_data(tablib.Dataset([formula], headers=["name"])).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(written, newline="")))[1] == [f"'{formula}"]


@pytest.mark.parametrize("number", NUMBERS)
def test_it_leaves_numbers_below_zero_alone_in_csv(number: str) -> None:
    written = SafeCSV().export_data(tablib.Dataset([number], headers=["name"])).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(written, newline="")))[1] == [number]
    assert unprotected(f"'{number}") == number  # as earlier versions wrote it


@pytest.mark.parametrize("formula", FORMULAS)
def test_it_writes_a_formula_as_text_into_a_workbook(formula: str) -> None:
    sheet = load_workbook(io.BytesIO(SafeXLSX().export_data(tablib.Dataset([formula], headers=["name"])))).worksheets[0]
    assert sheet["A2"].data_type == "s"


@given(st.lists(texts.filter(bool), min_size=1))
def test_it_gives_back_names_with_bars_and_backslashes_in_them(names: list[str]) -> None:
    assert split_names(join_names(names)) == names
