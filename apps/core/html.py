"""Outside text made safe: to plain text, to a snippet, or to the little HTML that we show. No Django here."""

import html
import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

import nh3

from apps.core.markup import UNWANTED as _UNWANTED
from apps.core.markup import Event, events
from apps.core.plain_text import written

MAX_RAW = 32 * 1024  # nh3 is quadratic on nested blocks: 32 KiB take a quarter of a second at worst
MAX_DEPTH = 200
MAX_MESSAGE = 1_000_000  # characters of cleaned HTML
MAX_ROUNDS = 3
LINK_REL = "noopener noreferrer nofollow ugc"
ELLIPSIS = "…"
_ZWJ = "\u200d"

_BLOCKS = {
    *("address", "article", "aside", "blockquote", "br", "caption", "dd", "div", "dl", "dt", "figcaption", "figure"),
    *("footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section"),
    *("table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
}
_SILENT = {
    *("script", "style", "iframe", "svg", "math", "object", "template", "noscript", "textarea", "select", "title"),
}
_SHOWN = {
    *("a", "b", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("hr", "i", "ins", "kbd", "li", "ol", "p", "pre", "q", "s", "small", "span", "strong", "sub", "sup", "table"),
    *("tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul"),
}
# An allow list: `x-*`, `@*`, `:*` (Alpine), `hx-*`, `data-*` (htmx), `on*`, `style`, `class` and `id` never pass.
_SHOWN_ATTRIBUTES = {
    "a": {"href", "title"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_TAG = re.compile(r"<[^>]*>")
# Tags that nest: neither those without content nor those that the next of their kind closes.
_NESTING = re.compile(
    r"<(/?)(?!(?:area|base|br|col|dd|dt|embed|hr|img|input|li|link|meta|option|p|source|td|th|tr|wbr)\b)[a-z]",
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s+")
_CLOSING_MARKS = " \t,;:.-–—(/…"


def clean_html(source: str) -> str:
    """HTML that is safe to show inside our pages: text structure and links, no images, no styles, no handlers.

    Depth and size are capped: at most 32 KiB of `source` are read.
    """
    return nh3.clean(
        _capped(source),
        tags=_SHOWN,
        attributes=_SHOWN_ATTRIBUTES,
        clean_content_tags=_SILENT,
        url_schemes={"http", "https", "mailto"},
        link_rel=LINK_REL,
        strip_comments=True,
    )


class CleanMessage(NamedTuple):
    """The HTML of a message, safe to show in a frame of its own, and its text. is_cut: the end of both is missing."""

    html: str
    text: str
    is_cut: bool


def clean_message(source: str) -> CleanMessage:
    """The message that this HTML is. Takes well under a second of anything.

    Links are absolute or gone. What is nested deeper than 200 elements becomes plainer; what is longer than 500,000
    characters of text, 30,000 tags or 2 MiB is cut and ends with "…". Cleaned again, the HTML stays as it is; in
    the rare case that it would not, it is empty, and the text alone is what there is to show.
    """
    seen = list(events(source))
    text = written(seen)
    balanced, is_cut = _balanced(seen)
    cleaned = _sanitized(balanced)
    for _again in range(MAX_ROUNDS):
        again = _sanitized(_balanced(events(cleaned))[0])
        if again == cleaned:
            return CleanMessage(cleaned, text, is_cut)
        cleaned = again
    return CleanMessage("", text, is_cut)


def to_message_text(source: str) -> str:
    """HTML as readable plain text: lines and paragraphs kept, "- " and "> " for lists and quotes, links' addresses."""
    return written(events(source))


def _balanced(seen: Iterable[Event]) -> tuple[str, bool]:
    """The events as HTML, cut with "…" where it becomes too long, and whether it was."""
    parts: list[str] = []
    room, hidden, is_cut = MAX_MESSAGE, 0, False  # hidden: elements that were not opened and are not closed either
    for event in seen:
        if event.kind == "close" and hidden:
            hidden -= 1
        elif event.kind == "cut":
            is_cut = True
        else:
            part = _tag(event) if event.name else _escaped(event.text)
            if event.kind == "close" or len(part) <= room:
                room -= len(part)
                parts.append(part)
            else:
                room, is_cut = 0, True
                hidden += event.kind == "open"
    return "".join(parts) + (ELLIPSIS if is_cut else ""), is_cut


def _tag(event: Event) -> str:
    if event.kind == "close":
        return "" if event.name in ("br", "hr") else f"</{event.name}>"
    attributes = "".join(f' {name}="{html.escape(value)}"' for name, value in event.attributes.items())
    return f"<{event.name}{attributes}>"


def _escaped(text: str) -> str:
    return html.escape(text, quote=False).replace("\xa0", "&nbsp;")


def _sanitized(source: str) -> str:
    return nh3.clean(
        source,
        tags=_SHOWN,
        attributes=_SHOWN_ATTRIBUTES,
        clean_content_tags=_SILENT,
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel=LINK_REL,
        strip_comments=True,
    )


def to_text(source: str, *, limit: int = MAX_RAW) -> str:
    """The text that a reader of the HTML `source` sees, on one line, cut at `limit` characters."""
    blocks = nh3.clean(_capped(source), tags=_BLOCKS, attributes={}, clean_content_tags=_SILENT, strip_comments=True)
    # Tags become spaces: removing them would glue <p>a</p><p>b</p> together.
    return snippet(html.unescape(_TAG.sub(" ", blocks)), limit=limit)


def visible(text: str) -> str:
    """`text` with its lines, without control characters and whatever else disguises text. Nothing is unescaped."""
    return _UNWANTED.sub("", text)


def plain(text: str) -> str:
    """`text` on one line, without control characters and whatever else disguises text. Nothing is unescaped."""
    return _SPACE.sub(" ", _UNWANTED.sub("", text)).strip()


def snippet(text: str, *, limit: int) -> str:
    """`text` on one line in at most `limit` characters, cut at a word, with an ellipsis where it was longer."""
    line = plain(text)
    if len(line) <= limit:
        return line
    if limit < 1:
        return ""
    cut = _word_end(line, limit - 1)
    return line[:cut].rstrip(_CLOSING_MARKS) + ELLIPSIS


def _word_end(line: str, room: int) -> int:
    """Where to cut: before a space in the last 40 % of `room`, else anywhere but within one sign to a reader."""
    if line[room] == " ":
        return room
    space = line.rfind(" ", int(room * 0.6), room)
    if space > 0:
        return space
    cut = room
    while cut > 0 and _belongs_together(line[cut - 1], line[cut]):
        cut -= 1
    return cut or room


def _belongs_together(before: str, after: str) -> bool:
    return (
        unicodedata.combining(after) != 0
        or unicodedata.category(after) in ("Mn", "Mc", "Me")
        or _ZWJ in (before, after)
        or "\U0001f3fb" <= after <= "\U0001f3ff"  # skin tones
        or ("\U0001f1e6" <= before <= "\U0001f1ff" and "\U0001f1e6" <= after <= "\U0001f1ff")  # flags
    )


def _capped(source: str) -> str:
    # Lone surrogates cannot be given to nh3, and half a tag at the cut would become text.
    head = _UNWANTED.sub("", source[:MAX_RAW])
    if len(source) > MAX_RAW and head.rfind("<") > head.rfind(">"):
        head = head[: head.rfind("<")]
    depth = 0
    for tag in _NESTING.finditer(head):
        depth = max(depth + (-1 if tag.group(1) else 1), 0)
        if depth > MAX_DEPTH:
            return head[: tag.start()]
    return head
