"""File names of outsiders made harmless. No Django here."""

import re
import unicodedata

MAX_LENGTH = 150  # characters
MAX_BYTES = 240  # most file systems end at 255
MAX_EXTENSION = 20
MAX_MARKS = 3  # combining marks on one letter
UNNAMED = "file"

_SEPARATORS = re.compile(r"[/\\]")
_FORBIDDEN = re.compile(r'[<>:"|?*%]')  # Windows refuses the first six; % is decoded where it should not be
_SPACE = re.compile(r"\s+")
_JOINERS = "\u200c\u200d"  # parts of words in some scripts, and of emoji
_UNSEEN = ("Cc", "Cf", "Cs", "Co")  # the categories of controls, formats, surrogates and private signs
_INVISIBLE = "\u115f\u1160\u2800\u3164\uffa0"  # letters that show nothing
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|clock\$|(com|lpt)[0-9¹²³])", re.IGNORECASE)
_EDGE = " .-~" + _JOINERS


def safe_name(name: str) -> str:
    """A name that may be shown, stored and saved anywhere: one line, no path, never empty, its extension kept."""
    # Everything is looked at again after it was cut: what is left may begin or end with something else.
    base = _SEPARATORS.split(name[-4 * 1024 :].rstrip("/\\"))[-1]
    line = _SPACE.sub(" ", _FORBIDDEN.sub("_", _composed(_visible(_composed(base))))).rstrip(" .")
    stem, dot, extension = line.rpartition(".")
    extension = _trimmed(extension)
    if not dot or not extension or len(extension) > MAX_EXTENSION:
        stem, extension = line, ""
    ending = f".{extension}" if extension else ""
    stem = _trimmed(_cut(_trimmed(stem), MAX_LENGTH - len(ending), MAX_BYTES - len(ending.encode()))) or UNNAMED
    if _RESERVED.fullmatch(stem.partition(".")[0].rstrip()):
        stem = f"{UNNAMED}-{stem}"
    return stem + ending


def extension_of(name: str) -> str:
    """What comes after the last dot of a safe name, in lower case; empty where there is none."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _visible(text: str) -> str:
    """`text` without what nobody sees: control characters, bidirectional overrides, heaps of combining marks."""
    kept: list[str] = []
    marks = MAX_MARKS  # none before the first letter
    for char in text:
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if category in ("Zl", "Zp") or char in "\t\n\r\v\f":
            kept.append(" ")
        elif char in _JOINERS or (marks <= MAX_MARKS and category not in _UNSEEN and char not in _INVISIBLE):
            kept.append(char)
    return "".join(kept)


def _trimmed(text: str) -> str:
    """`text` without dots, spaces and marks at its ends that stand for nothing."""
    text = text.strip(_EDGE)
    while text and unicodedata.category(text[0]) in ("Mn", "Me"):
        text = text[1:].lstrip(_EDGE)
    return text


def _cut(text: str, characters: int, size: int) -> str:
    """The beginning of `text` in at most `characters` characters and `size` bytes, not cut before a mark."""
    head = text[:characters].encode()[:size].decode(errors="ignore")
    if len(head) == len(text):
        return text
    end = len(head)
    while end and unicodedata.category(text[end]) in ("Mn", "Me", "Mc"):
        end -= 1
    return text[:end]
