"""What a file is, by its content: what may not be taken in, and the type it is sent out with. No Django here.

The type that a browser claims is never read. Archives and documents are not opened: only their beginning and end are
looked at, so that no file can cost more than another.
"""

import re
import struct
from typing import BinaryIO

import puremagic

from apps.core.file_names import extension_of

OCTETS = "application/octet-stream"
HEAD = 64 * 1024
TAIL = 64 * 1024

# What starts something when it is opened, and disk images, whose content escapes the warnings of the system.
_REFUSED = (
    "ade adp apk app appimage applescript application appref-ms appx appxbundle action asp aspx bash bat cab "
    "chm class cmd com command cpl crx csh deb desktop dex diagcab diagcfg diagpkg dll dmg drv efi elf ex_ exe fish "
    "gadget hta img inf ins ipa iso isp jar jnlp jsp js jse ksh lib library-ms lnk mde mjs mpkg msc msh msh1 msh2 "
    "mshxml msi msix msixbundle msp mst msu nsh ocx osx php phtml pif pkg ps1 ps1xml ps2 ps2xml psc1 psc2 psd1 psm1 "
    "pl py pyc pyw pyz rb reg rpm scf scpt scptd scr sct search-ms settingcontent-ms sh shb shs so swf sys terminal "
    "udl url vb vbe vbs vhd vhdx vxd wasm webloc website workflow ws wsc wsf wsh xap xbap xll xpi zsh"
)
_REFUSED_EXTENSIONS = frozenset(_REFUSED.split())
_PROGRAMS = (
    *(b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe"),
    *(b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf", b"\xbe\xba\xfe\xca", b"\xbf\xba\xfe\xca"),  # Java; both in one
    *(b"dex\n0", b"\0asm", b"!<arch>\n", b"MSCF", b"\xed\xab\xee\xdb", b"xar!", b"Cr24"),
    *(b"L\0\0\0\x01\x14\x02\0", b"ITSF", b"#@~^", b"FWS", b"CWS", b"ZWS", b"BC\xc0\xde"),
)
_SCRIPTS = re.compile(
    rb"\s*(?:#!\s*/|@echo\s+(?:off|on)\b|@?setlocal\b|<\?php\b|<hta:application\b"
    rb"|windows registry editor|\[internetshortcut\]|\[desktop entry\])",
    re.IGNORECASE,
)
_HTA = re.compile(rb"<hta:application\b", re.IGNORECASE)
_ARCHIVED_PROGRAM = re.compile(
    rb"(?:PK\x03\x04.{26}|PK\x01\x02.{42})(?:META-INF/MANIFEST\.MF|AndroidManifest\.xml|AppxManifest\.xml|classes\.dex)",
    re.DOTALL,
)
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # old Office documents, and Windows Installer's packages
_INSTALLERS = tuple(struct.pack("<I", kind) + bytes(4) + b"\xc0\0\0\0\0\0\0F" for kind in (0xC1082, 0xC1084, 0xC1086))
_MARKUP = re.compile(rb"<(?:!doctype|!--|\?xml|html|head|body|script|svg|style|iframe|meta|math)\b|<!--", re.IGNORECASE)

# The types we send, each with the extensions that fit it. All others go out as bytes.
_TYPES = {
    "image/png": "png",
    "image/jpeg": "jpg jpeg jpe jfif",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/bmp": "bmp",
    "image/tiff": "tif tiff",
    "image/heic": "heic heif",
    "application/pdf": "pdf",
    "application/rtf": "rtf",
    "application/zip": "zip",
    "application/gzip": "gz tgz",
    "application/x-7z-compressed": "7z",
    "application/vnd.rar": "rar",
    "application/msword": "doc dot",
    "application/vnd.ms-excel": "xls xlt",
    "application/vnd.ms-powerpoint": "ppt pps pot",
    "application/vnd.ms-outlook": "msg",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg oga opus",
    "audio/wav": "wav",
    "audio/flac": "flac",
    "audio/mp4": "m4a",
    "video/mp4": "mp4 m4v",
    "video/quicktime": "mov",
    "video/webm": "webm",
}
_TYPE_BY_EXTENSION = {extension: kind for kind, ends in _TYPES.items() for extension in ends.split()}
_TEXTS = {
    "text/csv": "csv tsv",
    "application/json": "json",
    "text/plain": "txt text log md rst ini cfg conf yaml yml toml diff patch sql srt vtt properties tex",
}
_TEXT_BY_EXTENSION = {extension: kind for kind, ends in _TEXTS.items() for extension in ends.split()}
# What puremagic calls differently, or tells apart only by opening the file.
_SAME = {
    "image/jpg": "image/jpeg",
    "image/x-ms-bmp": "image/bmp",
    "image/heif": "image/heic",
    "application/x-rar-compressed": "application/vnd.rar",
    "application/x-rar": "application/vnd.rar",
    "application/x-gzip": "application/gzip",
    "text/rtf": "application/rtf",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/x-flac": "audio/flac",
    "audio/x-m4a": "audio/mp4",
    "video/x-m4v": "video/mp4",
    "application/ogg": "audio/ogg",
}
_ZIPPED = {
    "zip": rb"PK",
    "docx": rb"word/",
    "xlsx": rb"xl/",
    "pptx": rb"ppt/",
    "odt": rb"mimetypeapplication/vnd.oasis.opendocument.text",
    "ods": rb"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
    "odp": rb"mimetypeapplication/vnd.oasis.opendocument.presentation",
}
_COMPOUND_EXTENSIONS = frozenset(("doc", "dot", "xls", "xlt", "ppt", "pps", "pot", "msg"))


def read_ends(file: BinaryIO, size: int) -> tuple[bytes, bytes]:
    """The first and the last 64 KiB of a file."""
    file.seek(0)
    head = file.read(HEAD)
    file.seek(max(size - TAIL, 0))
    return head, file.read(TAIL)


def is_program(name: str, file: BinaryIO, head: bytes, tail: bytes) -> bool:
    """Whether it would start something when opened, by its extension or by its content."""
    if extension_of(name) in _REFUSED_EXTENSIONS:
        return True
    if head.startswith(_PROGRAMS) or (head[:2] in (b"MZ", b"ZM") and not _is_text(head)):
        return True
    text = _as_bytes_of_text(head)
    if _SCRIPTS.match(text) or _HTA.search(text):
        return True
    if head.startswith(b"PK"):
        return bool(_ARCHIVED_PROGRAM.search(head) or _ARCHIVED_PROGRAM.search(tail))
    return tail[-512:].startswith(b"koly") or (head.startswith(_COMPOUND) and _installs(file, head))


def content_type(name: str, head: bytes, tail: bytes) -> str:
    """The type by content where the name agrees with it, else `application/octet-stream`."""
    extension = extension_of(name)
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        mark = _ZIPPED.get(extension)
        return _TYPE_BY_EXTENSION[extension] if mark and (mark in head or mark in tail) else OCTETS
    if head.startswith(_COMPOUND):
        return _TYPE_BY_EXTENSION[extension] if extension in _COMPOUND_EXTENSIONS else OCTETS
    if _MARKUP.search(_as_bytes_of_text(head)[:1024]):
        return OCTETS  # whatever it is called, somebody's browser may take it for a page
    found = _found_by_magic(head, tail)
    if found and (not extension or _TYPE_BY_EXTENSION.get(extension) in found):
        return _TYPE_BY_EXTENSION[extension] if extension else sorted(found)[0]
    if extension in _TEXT_BY_EXTENSION and _is_text(head):
        return _TEXT_BY_EXTENSION[extension]
    return OCTETS


def _found_by_magic(head: bytes, tail: bytes) -> set[str]:
    """The types among ours that the bytes may be."""
    found = puremagic.magic_string(head + tail[-2048:])  # a walk over a fixed list: no file makes it slow
    names = {_SAME.get(match.mime_type, match.mime_type) for match in found if len(match.byte_match) > 1}
    return names & _TYPES.keys()


def _installs(file: BinaryIO, head: bytes) -> bool:
    """Whether a compound file is a Windows Installer package: its root entry says so ([MS-CFB] 2.6.1)."""
    header = head.ljust(512, b"\0")
    shift, first = struct.unpack_from("<H", header, 30)[0], struct.unpack_from("<I", header, 48)[0]
    file.seek((first + 1) << (shift if shift in (9, 12) else 9))
    return file.read(128)[80:96] in _INSTALLERS


def _is_text(head: bytes) -> bool:
    text = _as_bytes_of_text(head)
    return not any(byte < 32 and byte not in b"\t\n\r\f\b\x1b" for byte in set(text))


def _as_bytes_of_text(head: bytes) -> bytes:
    """What is written in UTF-16 as UTF-8, so that one rule finds it in both; everything else as it is."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[: len(head) // 2 * 2].decode("utf-16", errors="replace").encode(errors="replace")
    return head.removeprefix(b"\xef\xbb\xbf")
