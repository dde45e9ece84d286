"""Hostile HTML read in linear time, as a balanced sequence of a few harmless elements. No Django here.

This is not what makes HTML safe: that is nh3, which is given what is written from here. It is what makes HTML cheap,
since browsers' rules for broken nesting, which nh3 follows, cost the square of the depth. Whatever ends nowhere (a
comment, a tag, a script) goes to the end of the source, as in browsers; so no part of it is looked at twice.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

MAX_SOURCE = 2 * 1024 * 1024  # characters; much of a mail can be pictures inside it
MAX_EVENTS = 24_000  # an element is two
MAX_TOKENS = 40_000
MAX_TEXT = 500_000  # characters
MAX_ESCAPED = 1_000_000  # the same, as it is written in HTML
MAX_DEPTH = 200
MAX_ADDRESS = 2000

# Control characters, bidirectional overrides (they disguise text), lone surrogates (PostgreSQL refuses them), BOM.
UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")

_ATTRIBUTE = re.compile(
    r"""(=?[^\s/>=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"'][^\s>]*+))?+)?+|[\s/=]""",
)
_TOKEN = re.compile(
    r"""<(?:
        (?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*+)
        (?P<attributes>(?:[\s/]++|=?[^\s/>=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+|=)*+)
        (?P<closed>>?)
      | (?P<comment>!--)
      | (?P<bogus>[!?/])
    )""",
    re.VERBOSE,
)
_COMMENT_END = re.compile(r"--!?>")
_HUGE_ENTITY = re.compile(r"&#(?:[0-9]{8,}+|[xX][0-9a-fA-F]{8,}+);?")  # Python refuses to read them
_ADDRESS = re.compile(r"(?:https?://[^\s/?#]|mailto:[^\s?])", re.IGNORECASE)
_ADDRESS_NOISE = re.compile(r"[\x00-\x20\x7f]+")

_SMALL_NUMBER = re.compile(r"[0-9]{1,3}")

_RAW = ("script", "style", "iframe", "xmp", "noembed", "noframes", "noscript", "textarea", "title")
_RAW_END = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in _RAW}
_SILENT = {"svg", "math", "template", "object", "select", "audio", "video", "canvas", "applet"}
_EMPTY = {"br", "hr"}
_DIVISIONS = (
    *("address", "article", "aside", "body", "caption", "center", "details", "fieldset", "figcaption", "figure"),
    *("footer", "form", "header", "main", "nav", "section", "summary"),
)
_SAME = {
    **{"strike": "s", "tt": "code", "samp": "code", "var": "i", "cite": "em"},
    **dict.fromkeys(_DIVISIONS, "div"),
}
_PARTS_OF_TABLES = {"tbody", "td", "tfoot", "th", "thead", "tr"}
_BLOCKS = {
    *("blockquote", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre"),
    *("table", "ul"),
}
_INLINE = {
    *("a", "b", "code", "del", "em", "i", "ins", "kbd", "q", "s", "small", "span", "strong", "sub", "sup", "u"),
}
ELEMENTS = _BLOCKS | _INLINE | _PARTS_OF_TABLES | _EMPTY

_CELL = {"td", "th"}
_ROW = {"tr"} | _CELL
# What a start tag closes first, and where the search for it ends.
_CLOSES: dict[str, tuple[set[str], set[str]]] = {
    "a": ({"a"}, _CELL),
    "li": ({"li"}, {"ul", "ol", "blockquote"} | _CELL),
    "dt": ({"dt", "dd"}, {"dl", "blockquote"} | _CELL),
    "dd": ({"dt", "dd"}, {"dl", "blockquote"} | _CELL),
    "td": (_CELL, {"table", "tr"}),
    "th": (_CELL, {"table", "tr"}),
    "tr": ({"tr"}, {"table"}),
    **{name: ({"thead", "tbody", "tfoot"}, {"table"}) for name in ("thead", "tbody", "tfoot")},
}


class Event(NamedTuple):
    """`open` or `close` an element called `name`, `text` (unescaped), or the `cut` of what is too long."""

    kind: str
    name: str = ""
    text: str = ""
    attributes: Mapping[str, str] = MappingProxyType({})


class _Balance:
    """The elements that are open, so that each is closed once and in order."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.counts: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()  # those that were not opened

    def start(self, name: str, attributes: dict[str, str]) -> Iterator[Event]:
        if name in _BLOCKS:
            yield from self._close_up_to({"p"}, _CELL | {"table"})
        if name in _CLOSES:
            yield from self._close_up_to(*_CLOSES[name])
        if name in _EMPTY:
            yield Event("open", name)
            yield Event("close", name)
        elif len(self.open) < MAX_DEPTH and (attributes or name != "a"):  # a link to nowhere is none
            self.open.append(name)
            self.counts[name] += 1
            yield Event("open", name, "", attributes)
        else:
            self.skipped[name] += 1

    def end(self, name: str) -> Iterator[Event]:
        if self.skipped[name]:
            self.skipped[name] -= 1
        elif self.counts[name]:
            stops = {"table"} if name in _PARTS_OF_TABLES else set() if name == "table" else _CELL
            yield from self._close_up_to({name}, stops - {name})

    def rest(self) -> Iterator[Event]:
        while self.open:
            yield self._close_last()

    def _close_up_to(self, names: set[str], stops: set[str]) -> Iterator[Event]:
        """Close everything down to the innermost open one of `names`, unless one of `stops` is inside it."""
        if not any(self.counts[name] for name in names):
            return
        for place in range(len(self.open) - 1, -1, -1):
            if self.open[place] in names:
                while len(self.open) > place:
                    yield self._close_last()
                return
            if self.open[place] in stops:
                return

    def _close_last(self) -> Event:
        name = self.open.pop()
        self.counts[name] -= 1
        return Event("close", name)


def events(source: str) -> Iterator[Event]:
    """The elements and the text of `source`, balanced, at most 200 deep; a `cut` where it was too long."""
    balance, silent = _Balance(), _Silence()
    room, source_room, count = MAX_TEXT, MAX_ESCAPED, 0
    is_cut = len(source) > MAX_SOURCE
    for number, (called, is_end, rest) in enumerate(_tokens(UNWANTED.sub("", source[:MAX_SOURCE]))):
        if number >= MAX_TOKENS or count >= MAX_EVENTS or min(room, source_room) < 0:
            is_cut = True
            break
        if silent.swallows(called, is_end, rest):
            continue
        if not called:
            text = _unescaped(rest[:source_room])[: room + 1]
            source_room, room, count = source_room - len(rest), room - len(text), count + 1
            yield Event("text", "", text if room >= 0 else text[:room])
        elif (name := _SAME.get(called, called)) in ELEMENTS:
            for event in balance.end(name) if is_end else balance.start(name, _attributes(name, rest)):
                count += 1
                yield event
    yield from balance.rest()
    if is_cut or min(room, source_room) < 0:
        yield Event("cut")


class _Silence:
    """Inside an element none of which is shown."""

    def __init__(self) -> None:
        self.name = ""
        self.depth = 0

    def swallows(self, name: str, is_end: bool, rest: str) -> bool:
        if not self.name:
            if name in _SILENT and not is_end and not (rest.endswith("/") and name in ("svg", "math")):
                self.name, self.depth = name, 1
            return bool(self.name)
        if name == self.name:
            self.depth += -1 if is_end else 1
        elif self.name in ("svg", "math") and name in _BLOCKS and not is_end:
            self.depth = 0  # as in browsers, a paragraph ends a drawing that nobody closed
            self.name = ""
            return False
        if not self.depth:
            self.name = ""
        return True


def _tokens(source: str) -> Iterator[tuple[str, bool, str]]:
    """(name of a tag, whether it is an end tag, attributes), or ("", False, text)."""
    place = 0
    while place < len(source):
        bracket = source.find("<", place)
        if bracket < 0:
            yield "", False, source[place:]
            return
        found = _TOKEN.match(source, bracket)
        if found is None:  # a bracket that begins nothing
            yield "", False, source[place : bracket + 1]
            place = bracket + 1
            continue
        if bracket > place:
            yield "", False, source[place:bracket]
        place = _after(found, source)
        if found["name"] and place >= 0:
            name = found["name"].lower()
            yield name, bool(found["end"]), found["attributes"]
            if name in _RAW_END and not found["end"]:
                end = _RAW_END[name].search(source, place)
                place = end.start() if end else -1
        elif not found["name"]:
            yield "!", False, ""  # counts, so that a million comments are too much as well
        if place < 0:
            return


def _after(found: re.Match[str], source: str) -> int:
    """Where the token ends; -1 where it goes on to the end of the source."""
    if found["name"]:
        return found.end() if found["closed"] else -1
    if found["comment"]:
        end = _COMMENT_END.search(source, found.start() + 2)
        return end.end() if end else -1
    return source.find(">", found.end()) + 1 or -1


def _attributes(name: str, source: str) -> dict[str, str]:
    if name not in ("a", "ol", "td", "th"):
        return {}
    found: dict[str, str] = {}
    for attribute, *values in _ATTRIBUTE.findall(source[: 4 * MAX_ADDRESS]):
        found.setdefault(attribute.lower(), next((value for value in values if value), ""))
    if name == "a":
        address = _ADDRESS_NOISE.sub("", _unescaped(found.get("href", "")))
        return {"href": address} if _ADDRESS.match(address) and len(address) <= MAX_ADDRESS else {}
    wanted = ("start",) if name == "ol" else ("colspan", "rowspan")
    return {key: found[key] for key in wanted if _SMALL_NUMBER.fullmatch(found.get(key, ""))}


def _unescaped(text: str) -> str:
    return UNWANTED.sub("", html.unescape(_HUGE_ENTITY.sub("\ufffd", text)))
