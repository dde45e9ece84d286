"""Outside text made safe: to plain text, to a snippet, or to the little HTML that we show. No Django here."""

import html
import re
import unicodedata

import nh3

MAX_RAW = 32 * 1024  # nh3 is quadratic on nested blocks: 32 KiB take a quarter of a second at worst
MAX_DEPTH = 200
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
# Control characters, bidirectional overrides (they disguise text), lone surrogates (PostgreSQL refuses them), BOM.
_UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
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
        link_rel="noopener noreferrer nofollow ugc",
        strip_comments=True,
    )


def clean_message(source: str) -> tuple[str, str]:
    """The cleaned HTML of a message and its plain text."""
    return clean_html(source), to_text(source)


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
