"""Files that are broken, too much, or meant to do harm: refused quickly, with a sentence."""

import io
import json
import random
import subprocess
import sys
import time
import zipfile
from itertools import chain

import pytest
from django.test import Client

from apps.core.models import BulkImport
from tests.importing.conftest import FEEDS, upload, workbook

HEADER = "name,url\n"
GOOD = HEADER + "News,https://example.com/news\n"
LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
NOISE = random.Random(0).randbytes(500_000)  # which makes a workbook's ratio a good one


def packed(**parts: str | bytes) -> bytes:
    """A workbook whose parts are replaced by these."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(["name", "url"], ["A", "https://a.example/"]))) as good,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for part in good.infolist():
            short = part.filename.rpartition("/")[2].removesuffix(".xml")
            bad.writestr(part.filename, parts.pop(short, good.read(part.filename)))
        for short, content in parts.items():
            bad.writestr(f"xl/{short}.xml", content)
    return stream.getvalue()


def sheet(rows: str, dimension: str = "A1:B2", **parts: str | bytes) -> bytes:
    head = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return packed(sheet1=f'{head}<dimension ref="{dimension}"/><sheetData>{rows}</sheetData></worksheet>', **parts)


def cell(at: str, text: str) -> str:
    return f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>'


HEAD_ROW = f'<row r="1">{cell("A1", "name")}{cell("B1", "url")}</row>'

FILES: dict[str, tuple[str, bytes, str]] = {
    "empty": ("f.csv", b"\n\n", "first row must name the columns"),
    "latin-1": ("f.csv", GOOD.encode() + "Müll,https://x.example\n".encode("latin-1"), "not in UTF-8 (see line 3)"),
    "utf-16": ("f.csv", GOOD.encode("utf-16"), "UTF-16"),
    "nul": ("f.csv", GOOD.encode() + b"a\x00b,https://x.example\n", "NUL"),
    "no key": ("f.csv", b"name,address of it\nNews,https://x.example\n", "The column “url” is missing"),
    "same column twice": ("f.csv", b"name,url,Name\n", "is there twice"),
    "too many columns": ("f.csv", ",".join(f"c{i}" for i in range(201)).encode(), "more than 200 columns"),
    "more cells than columns": ("f.csv", GOOD.encode() + b"a,b,c\n", "Row 3 has 1 cell more"),
    "long cell": ("f.csv", HEADER.encode() + b"x" * 40_000 + b",https://x.example\n", "longer than 32767"),
    "open quotation": ("f.csv", HEADER.encode() + b'"News,https://x.example\n', "quotation marks"),
    "no json": ("f.json", b"[{", "not valid JSON"),
    "json is no list": ("f.json", b'{"name": "News"}', "list of objects"),
    "deep json": ("f.json", b"[" * 200_000 + b"]" * 200_000, "not valid JSON"),
    "object in json": ("f.json", b'[{"name": {"a": 1}, "url": "x"}]', "write text, a number"),
    "surrogate in json": ("f.json", b'[{"name": "\\ud800", "url": "x"}]', "character that no text has"),
    "nul in json": ("f.json", b'[{"name": "a\\u0000", "url": "x"}]', "character that no text has"),
    "huge number in json": ("f.json", b'[{"name": ' + b"9" * 5000 + b', "url": "x"}]', "not valid JSON"),
    "no workbook": ("f.xlsx", b"PK\x03\x04 and then nothing", "not a readable Excel workbook"),
    "text named xlsx": ("f.xlsx", GOOD.encode(), "not a readable Excel workbook"),
    "workbook cut short": ("f.xlsx", workbook(["name", "url"])[:-400], "not a readable Excel workbook"),
    "zip bomb": ("f.xlsx", packed(sheet1=b" " * 200_000_000), "unpacks to far more"),
    "laughs in workbook": ("f.xlsx", packed(sheet1=LAUGHS + "<worksheet/>"), "defines XML entities"),
    "laughs in utf-16": ("f.xlsx", packed(workbook=(LAUGHS + "<workbook/>").encode("utf-16")), "defines XML entities"),
    "formula": ("f.xlsx", workbook(["name", "url"], ["=1+1", "https://x.example"]), "Row 2 has a formula"),
    "error value": (
        "f.xlsx",
        sheet(HEAD_ROW + '<row r="2"><c r="A2" t="e"><v>#REF!</v></c></row>'),
        "Row 2 has a cell with an error (#REF!)",
    ),
    "cell far right": ("f.xlsx", sheet(f'<row r="1">{cell("XFD1", "name")}</row>'), "more than 200 columns"),
    "cell far down": (
        "f.xlsx",
        sheet(HEAD_ROW + f'<row r="1048576">{cell("A1048576", "x")}</row>', "A1:XFD1048576"),
        "more than 100000 rows",
    ),
    "a million cells in a row": ("f.xlsx", sheet("<row>" + "<c/>" * 1_000_000 + "</row>"), "more than 200 columns"),
    "prefixed cells": ("f.xlsx", sheet("<x:row>" + "<x:c/>" * 201 + "</x:row>"), "more than 200 columns"),
    "a million of something": ("f.xlsx", sheet("<row>" + "<b/>" * 1_000_000 + "</row>"), "holds too much"),
    "many cells": ("f.xlsx", sheet(("<row>" + "<c/>" * 200 + "</row>") * 10_100, noise=NOISE), "holds too much"),
    "many rows of one number": ("f.xlsx", sheet('<row r="1"/>' * 1_200_000, noise=NOISE), "holds too much"),
    "many strings": (
        "f.xlsx",
        packed(sharedStrings="<sst>" + "<si/>" * 1_200_000 + "</sst>", noise=NOISE),
        "holds too much",
    ),
    "large strings": ("f.xlsx", packed(sharedStrings=b" " * 21_000_000, noise=NOISE), "unpacks to far more"),
    "large styles": ("f.xlsx", packed(styles=b" " * 2_200_000), "unpacks to far more"),
    "large in all": ("f.xlsx", packed(sheet1=b" " * 63_000_000, noise=NOISE), "unpacks to far more"),
    "deep xml": ("f.xlsx", sheet("<row>" * 50_000 + "</row>" * 50_000), ""),
    "laughs in opml": ("f.opml", (LAUGHS + "<opml><body/></opml>").encode(), "document type or entities"),
    "external entity": (
        "f.opml",
        b'<!DOCTYPE o [<!ENTITY x SYSTEM "file:///etc/passwd">]><opml>&x;</opml>',
        "document type or entities",
    ),
    "deep opml": ("f.opml", b"<opml>" + b"<outline text='a'>" * 2000, "too many folders"),
    "opml cut short": ("f.opml", b"<opml><body><outline", "not readable OPML"),
    "html named opml": ("f.opml", b"<html><body/></html>", "begins with <html>"),
    "opml without feeds": ("f.opml", b"<opml><body/></opml>", "no feed in the file"),
    "unknown encoding": ("f.opml", b'<?xml version="1.0" encoding="nonsense"?><opml/>', "not readable OPML"),
    "odd name": ("feeds.pdf", GOOD.encode(), "Choose one: CSV, XLSX, JSON, OPML"),
    "no file": ("feeds.csv", b"", "empty"),
}


@pytest.mark.parametrize("case", FILES)
def test_it_refuses_a_bad_file_with_a_sentence(admin_client: Client, case: str, run_jobs) -> None:
    name, content, sentence = FILES[case]
    assert len(content) < 10 * 1024 * 1024
    start = time.monotonic()
    page = upload(admin_client, FEEDS, content, name)
    run_jobs()
    assert time.monotonic() - start < 10
    assert page.status_code == 200
    latest = BulkImport.objects.last()
    said = latest.reason if latest else " ".join(chain(*page.context["form"].errors.values()))
    assert sentence in said
    assert latest is None or latest.state == BulkImport.State.FAILED
    assert page.wsgi_request.path.endswith("import/") or latest


@pytest.mark.parametrize("element", ["c", "b"])
def test_it_needs_little_memory_to_refuse_a_row_without_end(tmp_path, element: str) -> None:
    (tmp_path / "bomb.xlsx").write_bytes(sheet("<row>" + f"<{element}/>" * 1_000_000 + "</row>"))
    code = """
import resource, sys
from django.conf import settings
settings.configure(USE_I18N=False)
from apps.core.importing import spreadsheets
from apps.core.importing.tables import FileRefused
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    spreadsheets.refuse_bombs(open(sys.argv[1], "rb").read())
except FileRefused:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    command = [sys.executable, "-c", code, str(tmp_path / "bomb.xlsx")]
    grown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert int(grown) < 20 * 1024  # KiB


def test_it_reads_a_workbook_whose_other_parts_are_large(admin_client: Client) -> None:
    chain = "<calcChain>" + '<c r="A1"/>' * 5_000 + "</calcChain>"
    page = upload(admin_client, FEEDS, packed(app=chain), "f.xlsx")
    assert page.context["bulk_import"].state == BulkImport.State.WAITING


def test_it_refuses_more_than_ten_megabytes_and_keeps_no_more_in_memory(admin_client: Client) -> None:
    page = upload(admin_client, FEEDS, HEADER.encode() + b"x" * 11_000_000)
    assert "larger than 10 MB" in page.text
    assert not BulkImport.objects.exists()


def test_it_says_how_many_rows_are_too_many(admin_client: Client, run_jobs) -> None:
    upload(admin_client, FEEDS, HEADER + "a,b\n" * 100_001)
    run_jobs()
    latest = BulkImport.objects.get()
    assert (latest.state, latest.reason) == (
        BulkImport.State.FAILED,
        "The file has more than 100000 rows. Split it into several files.",
    )


@pytest.mark.parametrize("line", ["name;url", "name\turl", "name,url", "sep=;\nname;url", "\ufeffname;url"])
def test_it_finds_out_the_delimiter(admin_client: Client, line: str) -> None:
    delimiter = next(d for d in ";\t," if d in line.splitlines()[-1])
    page = upload(
        admin_client,
        FEEDS,
        f"{line}\nNews, all of it{delimiter}https://x.example/\n".replace(
            ", all" if delimiter == "," else "\x00", " all"
        ),
    )
    assert "https://x.example/" in page.text
    assert page.context["bulk_import"].state == BulkImport.State.WAITING


def test_it_reads_a_workbook_with_numbers_dates_and_yes(admin_client: Client) -> None:
    page = upload(
        admin_client,
        FEEDS,
        workbook(["name", "url", "is_active", "position"], [2024, "https://x.example/", False, 1.0]),
        "f.xlsx",
    )
    [row] = page.context["bulk_import"].preview["rows"]
    assert [cell["after"] for cell in row["cells"]] == ["2024", "https://x.example/", "no", "1"]


def test_it_reads_lists_and_truth_in_json(admin_client: Client) -> None:
    entries = [{"name": "N", "url": "https://x.example/", "brands": ["Fernhill"], "is_active": False, "position": None}]
    page = upload(admin_client, FEEDS, json.dumps(entries), "f.json")
    [row] = page.context["bulk_import"].preview["rows"]
    assert [cell["after"] for cell in row["cells"]] == ["N", "https://x.example/", "Fernhill", "no", ""]


def test_it_takes_the_chosen_format_over_the_name(admin_client: Client) -> None:
    page = upload(admin_client, FEEDS, GOOD, "feeds.pdf", format="0")
    assert page.context["bulk_import"].state == BulkImport.State.WAITING
