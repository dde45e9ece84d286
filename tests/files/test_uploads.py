"""What a file is, found out by its content."""

import contextlib
import gzip
import hashlib
import io
import struct
import time
import zipfile

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from apps.core.files import CheckedFile, UploadRefused, check_upload

pytestmark = pytest.mark.once

OCTETS = "application/octet-stream"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def checked(name: str, content: bytes, declared: str = "") -> CheckedFile:
    return check_upload(name, SimpleUploadedFile(name, content), declared)


def an_image(kind: str) -> bytes:
    into = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(into, kind)
    return into.getvalue()


def a_zip(**files: bytes) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return into.getvalue()


def an_office_file(folder: str) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{folder}/document.xml", "<x/>" * 50_000)
    return into.getvalue()


def an_installer() -> bytes:
    header = COMPOUND + bytes(22) + struct.pack("<H", 9) + bytes(16) + struct.pack("<I", 1)
    root = bytes(80) + bytes.fromhex("84100c0000000000c000000000000046") + bytes(32)
    return header.ljust(512, b"\0") + bytes(512) + root


def a_mach_o() -> bytes:
    return b"\xcf\xfa\xed\xfe" + bytes(60)


PROGRAMS = {
    "exe": b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff" + bytes(100),
    "elf": b"\x7fELF\x02\x01\x01" + bytes(60),
    "mach-o": a_mach_o(),
    "java class": b"\xca\xfe\xba\xbe\0\0\0\x41" + bytes(40),
    "installer": an_installer(),
    "jar": a_zip(META_INF=b"", **{"META-INF__MANIFEST_MF": b"Manifest-Version: 1.0"}),
    "apk": a_zip(AndroidManifest_xml=b"x", classes_dex=b"dex"),
    "shortcut": b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F",
    "shell": b"#!/bin/sh\nrm -rf ~\n",
    "batch": b"\r\n@echo off\r\ndel *.*\r\n",
    "batch in utf-16": "\ufeff@echo off\r\n".encode("utf-16-le"),
    "hta": b"<html><head><HTA:APPLICATION ID='x'></head></html>",
    "php": b"<?php system($_GET['x']); ?>",
    "encoded script": b"#@~^AAAAAA==",
    "cabinet": b"MSCF\0\0\0\0" + bytes(40),
    "web assembly": b"\0asm\x01\0\0\0",
}


@pytest.mark.parametrize("kind", PROGRAMS)
@pytest.mark.parametrize("name", ["invoice.pdf", "photo.jpg", "notes.txt", "noextension"])
def test_it_refuses_programs_under_any_name(kind: str, name: str) -> None:
    with pytest.raises(UploadRefused, match="program or a script") as refused:
        checked(name, PROGRAMS[kind], "application/pdf")
    assert refused.value.code == "refused_type"


@pytest.mark.parametrize(
    "name",
    [
        *("a.exe", "a.EXE", "a.exe ", "a.exe.", "a.pdf.exe", "\u202efdp.exe", "a.exe\0", "a.bat", "a.cmd", "a.ps1"),
        *("a.vbs", "a.js", "a.hta", "a.jar", "a.lnk", "a.scr", "a.msi", "a.com", "a.pif", "a.reg", "a.sh", "a.url"),
        *("a.iso", "a.dmg", "a.settingcontent-ms", "x/a.exe", ".exe", "x" * 400 + ".exe"),
    ],
)
def test_it_refuses_programs_by_their_names(name: str) -> None:
    with pytest.raises(UploadRefused, match="program or a script"):
        check_upload(name, SimpleUploadedFile("x", b"harmless words"))


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.png", an_image("PNG"), "image/png"),
        ("a.jpg", an_image("JPEG"), "image/jpeg"),
        ("a.jpeg", an_image("JPEG"), "image/jpeg"),
        ("a.gif", an_image("GIF"), "image/gif"),
        ("a.webp", an_image("WEBP"), "image/webp"),
        ("pasted", an_image("PNG"), "image/png"),
        ("a.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "application/pdf"),
        ("a.zip", a_zip(a_txt=b"x"), "application/zip"),
        ("a.docx", an_office_file("word"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.xlsx", an_office_file("xl"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.doc", COMPOUND + bytes(1024), "application/msword"),
        ("a.gz", gzip.compress(b"x"), "application/gzip"),
        ("a.txt", "Grüße aus Köln\n".encode(), "text/plain"),
        ("a.txt", "Grüße".encode("utf-16"), "text/plain"),
        ("a.log", b"2026-11-22 ERROR \x1b[31mred\x1b[0m", "text/plain"),
        ("MZ.txt", b"MZ is the name of a file format.", "text/plain"),
        ("a.csv", b"a;b\n1;2\n", "text/csv"),
        ("a.json", b'{"a": 1}', "application/json"),
        # The name and the content say different things.
        ("a.png", an_image("JPEG"), OCTETS),
        ("a.jpg", b"just words", OCTETS),
        ("a.pdf", an_image("PNG"), OCTETS),
        ("a.txt", an_image("PNG"), OCTETS),
        ("a.docx", a_zip(a_txt=b"x"), OCTETS),
        ("a.txt", b"\0\1\2\3", OCTETS),
        # What a browser may show as a page.
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', OCTETS),
        ("a.html", b"<!DOCTYPE html><script>alert(1)</script>", OCTETS),
        ("a.txt", b"  <html><script>alert(1)</script>", OCTETS),
        ("a.txt", "\ufeff<script>alert(1)</script>".encode("utf-16-le"), OCTETS),
        ("a.xml", b"<?xml version='1.0'?><a/>", OCTETS),
        ("a.unknown", b"just words", OCTETS),
        ("noextension", b"just words", OCTETS),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_says_what_a_file_is(name: str, content: bytes, expected: str) -> None:
    assert checked(name, content, "text/html").content_type == expected


def test_it_says_how_large_a_file_is_and_what_its_checksum_is() -> None:
    content = b"some words" * 100_000
    file = SimpleUploadedFile("words.txt", content)
    assert check_upload("../words.txt", file) == CheckedFile(
        "words.txt", len(content), "text/plain", hashlib.sha256(content).hexdigest()
    )
    assert file.read(4) == b"some"


def test_it_refuses_what_is_empty_or_too_large(settings: LazySettings) -> None:
    settings.DESK_ATTACHMENT_MB = 1
    with pytest.raises(UploadRefused, match=r"“a\.txt” is empty") as refused:
        checked("a.txt", b"")
    assert refused.value.code == "empty"
    with pytest.raises(UploadRefused, match=r"“a\.txt” is larger than 1 MB") as refused:
        checked("a.txt", b"x" * (1024 * 1024 + 1))
    assert refused.value.code == "too_big"
    assert checked("a.txt", b"x" * 1024 * 1024).size == 1024 * 1024


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04" * 5_000_000,
        b"PK\x01\x02" + b"META-INF/" * 2_000_000,
        COMPOUND * 2_000_000,
        COMPOUND + b"\xff" * 1000,
        b"<" * 20_000_000,
        b"%PDF-" * 4_000_000,
        b"\xff\xfe" * 10_000_000,
        b"\x1f\x8b" * 10_000_000,
        b"#" * 20_000_000,
        b" \n" * 10_000_000,
        b"RIFF" * 5_000_000,
    ],
    ids=lambda content: content[:6].hex(),
)
def test_it_is_quick_about_hostile_files(content: bytes) -> None:
    started = time.process_time()
    with contextlib.suppress(UploadRefused):
        checked("a.bin", content)
    assert time.process_time() - started < 1


@given(st.binary(min_size=1, max_size=2000), st.sampled_from(["a.pdf", "a.doc", "a", "a.zip", "a.png", "a.mp3"]))
def test_it_takes_or_refuses_any_bytes(content: bytes, name: str) -> None:
    try:
        kind = checked(name, content).content_type
    except UploadRefused:
        return
    assert kind == OCTETS or kind.startswith(("image/", "application/", "text/plain", "audio/"))
    assert "html" not in kind
    assert "svg" not in kind


@pytest.mark.parametrize("start", [b"PK\x03\x04", COMPOUND, b"%PDF-", b"RIFF", b"GIF89a", b"\xff\xd8\xff", b"OggS"])
@given(rest=st.binary(max_size=600))
def test_it_never_falls_over_broken_files(start: bytes, rest: bytes) -> None:
    with contextlib.suppress(UploadRefused):
        assert checked("a.bin", start + rest).content_type == OCTETS
