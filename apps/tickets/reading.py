"""Plain text of messages made ready to be read: what is quoted is set apart, and addresses become links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from apps.core.html import snippet

LONG = 10_000
SUMMARY = 80
_ADDRESS = re.compile(r"https?://[^\s<>\"“”«»]{1,2000}|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", re.IGNORECASE)
_QUOTE = re.compile(r"^[>\s]*>\s?")
_AFTER = ".,;:!?'*_~…"
_PAIRS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True)
class Piece:
    """A part of a text; one with an `address` is a link."""

    text: str
    address: str = ""


@dataclass(frozen=True)
class Block:
    """Some lines of a message: written in it, or quoted. `summary` is the beginning of a quotation."""

    is_quoted: bool
    pieces: list[Piece] = field(default_factory=list)
    line_count: int = 0
    summary: str = ""


def blocks(text: str) -> list[Block]:
    """The text in the order in which it was written."""
    found = []
    for is_quoted, group in groupby(text.split("\n"), key=lambda line: line.startswith(">")):
        lines = list(group)
        if is_quoted:
            lines = [line.removeprefix(">").removeprefix(" ") for line in lines]
        joined = "\n".join(lines).strip("\n")
        if joined.strip():
            summary = snippet(_QUOTE.sub("", joined), limit=SUMMARY) if is_quoted else ""
            found.append(Block(is_quoted, list(pieces(joined)), len(lines), summary))
    return found


def pieces(text: str) -> Iterator[Piece]:
    """The text cut at its links."""
    at = 0
    for match in _ADDRESS.finditer(text):
        shown = _without_marks(match[0])
        if not shown:
            continue
        if match.start() > at:
            yield Piece(text[at : match.start()])
        yield Piece(shown, shown if shown.lower().startswith("http") else f"mailto:{shown}")
        at = match.start() + len(shown)
    if at < len(text):
        yield Piece(text[at:])


def _without_marks(found: str) -> str:
    """Without the full stop of the sentence and the bracket around the address."""
    while found:
        last = found[-1]
        if last in _AFTER or (last in _PAIRS and found.count(last) > found.count(_PAIRS[last])):
            found = found[:-1]
        else:
            break
    return found
