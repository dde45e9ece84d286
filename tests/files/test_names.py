"""Names of files that outsiders chose."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apps.core.file_names import MAX_BYTES, MAX_LENGTH, extension_of, safe_name

pytestmark = pytest.mark.once

NAMES = st.one_of(
    st.text(max_size=400),
    st.text(alphabet="ab./\\ \0\n\u202e\u200d\u0301🎉:*CON1%-~", max_size=60),
    st.builds("{}.{}".format, st.text(max_size=300), st.sampled_from(["png", "pdf", "exe", "tar.gz", "PDF "])),
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\invoice.pdf", "invoice.pdf"),
        ("photo\0.png", "photo.png"),
        ("two\nlines\t.txt", "two lines.txt"),
        ("\u202egnp.exe", "gnp.exe"),
        ("evil.exe.", "evil.exe"),
        ("evil.exe   ", "evil.exe"),
        ("evil.exe\u200d", "evil.exe"),
        ("CON", "file-CON"),
        ("nul.txt", "file-nul.txt"),
        ("COM¹.txt", "file-COM¹.txt"),
        ("console.txt", "console.txt"),
        ("...", "file"),
        ("", "file"),
        ("/", "file"),
        (" . . ", "file"),
        (".png", "file.png"),
        ("a:b<c>|d?.txt", "a_b_c__d_.txt"),
        ("%2e%2e%2fpasswd", "_2e_2e_2fpasswd"),
        ("🎉 Übersicht.xlsx", "🎉 Übersicht.xlsx"),
        ("u\u0308ber.txt", "über.txt"),
        ("Z" + "\u0301" * 400 + ".txt", "Ź\u0301\u0301\u0301.txt"),
        ("\u3164\u2800.txt", "file.txt"),
        ("نمونه\u200cها.pdf", "نمونه\u200cها.pdf"),
        ("photo.tar.gz", "photo.tar.gz"),
    ],
)
def test_it_makes_names_harmless_and_keeps_them_readable(name: str, expected: str) -> None:
    assert safe_name(name) == expected


def test_it_keeps_the_extension_of_a_long_name() -> None:
    assert safe_name("x" * 400 + ".pdf") == "x" * 146 + ".pdf"
    assert safe_name("x" * 9000 + ".pdf").endswith("x.pdf")
    assert safe_name("🎉" * 200 + ".png").endswith("🎉.png")
    assert safe_name("x." + "y" * 200) == "x." + "y" * 148


@given(NAMES)
@example("a" * 149 + " .pdf")
@example("con" + "\u200d" + ".txt")
@example("." * 200 + "con")
def test_it_is_harmless_whatever_the_name(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= MAX_LENGTH
    assert len(safe.encode()) <= MAX_BYTES
    assert not set(safe) & set('/\\<>:"|?*%\0\n\r')
    assert all(unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp") for char in safe)
    assert all(char not in safe for char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\ufeff")
    assert safe == safe.strip(" .")
    assert safe.partition(".")[0].rstrip().lower() not in ("con", "prn", "aux", "nul", "com1", "lpt1")


@given(NAMES)
def test_it_changes_nothing_the_second_time(name: str) -> None:
    assert safe_name(safe_name(name)) == safe_name(name)


@given(st.text(alphabet="abc ", min_size=1, max_size=300), st.sampled_from(["png", "exe", "PDF", "x"]))
def test_it_keeps_the_extension(stem: str, extension: str) -> None:
    assert extension_of(safe_name(f"{stem}.{extension}")) == extension.lower()
