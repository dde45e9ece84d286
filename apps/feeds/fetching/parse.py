"""From the bytes of an answer to a document of articles."""

import calendar
import io
import re
from dataclasses import dataclass
from typing import Any
from xml.sax import SAXException

import feedparser

from apps.core.html import snippet
from apps.feeds.fetching.articles import Entry, Text, to_articles
from apps.feeds.fetching.jsonfeed import read_json
from apps.feeds.fetching.links import safe_link
from apps.feeds.fetching.wire import Article, FeedError

# Outside text meets these: possessive (`*+`) and atomic (`(?>…)`) parts never try again what they once took.
_HTML = re.compile(
    r"(?:<\?xml[^>]*>\s*)?(?:<!--(?>.*?-->)\s*+)*+<(?:!doctype\s+html|html)\b", re.DOTALL | re.IGNORECASE
)
_XML_START = re.compile(rb"<\?xml|<rss\b|<feed\b|<rdf:RDF\b", re.IGNORECASE)
_ENTITY = re.compile(rb"<!ENTITY\s+([^>]{0,2000})(>?)", re.IGNORECASE)
_UNSAFE_ENTITY = re.compile(rb"%|\bSYSTEM\b|\bPUBLIC\b|&(?!#)")
_IMG = re.compile(r"<img\b(?:(?!<img\b)[^>]){0,2000}?\bsrc\s*+=\s*+[\"']([^\"']{1,2000})", re.IGNORECASE)
_TAG = re.compile(
    r"<(?:!--|/?(?:a|abbr|b|big|blockquote|br|center|code|div|em|font|form|h[1-6]|hr|i|iframe|img|input|li|link|math|meta|"
    r"object|ol|p|pre|script|small|span|strong|style|sub|sup|svg|table|td|tr|u|ul|video)\b)",
    re.IGNORECASE,
)
_CUT_OFF = ("no element found", "unclosed token", "unclosed CDATA section")
_ITEM_END = re.compile(rb"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)
_SNIFF = 4096
# What feedparser was seen to raise, though it is said to raise nothing: odd encodings, deep nesting, big entities.
_PARSER_FAULTS = (
    *(
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        AssertionError,
        ArithmeticError,
        RecursionError,
        SAXException,
    ),
)


@dataclass(frozen=True)
class Document:
    """A feed that was read. `item_count` counts what the document holds, `articles` what is kept."""

    title: str
    site_url: str
    articles: list[Article]
    item_count: int
    is_malformed: bool
    ttl_minutes: int


def is_web_page(body: bytes) -> bool:
    """Whether the document is HTML, whatever its Content-Type says."""
    return bool(_HTML.match(_start(body)))


def read_document(body: bytes, *, content_type: str, url: str, keep: int) -> Document:
    """Read a feed in any format. `url` is where the body came from; links are resolved against it.

    Raises FeedError.
    """
    if not body.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise FeedError("empty")
    if is_web_page(body):
        raise FeedError("not_a_feed", "html")
    if _start(body)[:1] in ("{", "["):
        return _read_json(body, url, keep)
    return _read_xml(_without_preamble(body), content_type, url, keep)


def _start(body: bytes) -> str:
    return body[:_SNIFF].replace(b"\0", b"").decode("latin-1").lstrip("\xef\xbb\xbf\xff\xfe \t\r\n")


def _without_preamble(body: bytes) -> bytes:
    """Without what a broken server writes before the document: warnings, blank lines, a second byte order mark."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in body[:4]:
        return body
    found = _XML_START.search(body, 0, _SNIFF)
    return body[found.start() :] if found else body


def _read_json(body: bytes, url: str, keep: int) -> Document:
    feed, entries = read_json(body)
    site_url = safe_link(feed.get("home_page_url"), url)
    return Document(
        title=snippet(str(feed.get("title") or ""), limit=200),
        site_url=site_url,
        articles=to_articles(entries, base=site_url or url, keep=keep),
        item_count=len(entries),
        is_malformed=False,
        ttl_minutes=0,
    )


def _read_xml(body: bytes, content_type: str, url: str, keep: int) -> Document:
    _refuse_unsafe_entities(body)
    parsed = _feedparser(body, content_type, url)
    entries = list(parsed.entries)
    if not parsed.get("version") and not entries:
        raise FeedError("not_a_feed")
    if parsed.bozo and any(words in str(parsed.get("bozo_exception")) for words in _CUT_OFF):
        if len(_ITEM_END.findall(body.replace(b"\0", b""))) < len(entries):
            entries.pop()
        if not entries:
            raise FeedError("truncated")
    feed, is_atom = parsed.feed, str(parsed.get("version")).startswith("atom")
    site_url = safe_link(feed.get("link"), url)
    return Document(
        title=_text(feed, "title", is_atom).shown(200),
        site_url=site_url,
        articles=to_articles([_entry(entry, is_atom) for entry in entries], base=site_url or url, keep=keep),
        item_count=len(entries),
        is_malformed=bool(parsed.bozo) and not _is_only_about_headers(parsed.get("bozo_exception")),
        ttl_minutes=_number(feed.get("ttl")),
    )


def _refuse_unsafe_entities(body: bytes) -> None:
    """Entities made of entities, of files or of a megabyte: nobody needs them, and they are a way to fill memory."""
    for declaration, end in _ENTITY.findall(body.replace(b"\0", b"")):
        if not end or _UNSAFE_ENTITY.search(declaration):
            raise FeedError("unsafe_xml")


def _feedparser(body: bytes, content_type: str, url: str) -> feedparser.FeedParserDict:
    # Never the bytes themselves: feedparser takes them for a file name or an address first. Keys must be lower case,
    # and without a content type it assumes ISO-8859-1.
    headers = {"content-type": content_type or "application/xml", "content-location": url}
    try:
        return feedparser.parse(
            io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except _PARSER_FAULTS as error:
        raise FeedError("unreadable", type(error).__name__) from error


def _is_only_about_headers(error: object) -> bool:
    return isinstance(error, feedparser.NonXMLContentType | feedparser.CharacterEncodingOverride)


def _entry(entry: dict[str, Any], is_atom: bool) -> Entry:
    summary, content = _text(entry, "summary", is_atom), _first(entry, "content")
    body = Text(str(content.get("value") or ""), _is_html(content))
    return Entry(
        guid=str(dict.get(entry, "id") or "").strip(),
        links=_links(entry),
        title=_text(entry, "title", is_atom),
        summary=summary if summary.value.strip() else body,
        images=_images(entry, summary, body),
        published=_published(entry),
    )


def _text(entry: dict[str, Any], name: str, is_atom: bool) -> Text:
    detail = dict.get(entry, f"{name}_detail")
    # Without details it is a copy that feedparser made of a content, which is HTML more often than not.
    value = str(dict.get(entry, name) or "")
    return Text(value, detail is None or _is_html(detail) or _looks_like_html(value, is_atom))


def _is_html(detail: dict[str, Any]) -> bool:
    return str(detail.get("type", "")).lower() in ("text/html", "application/xhtml+xml")


def _looks_like_html(value: str, is_atom: bool) -> bool:
    """Only Atom says which it is. In RSS whatever has a tag of HTML is HTML, however a publisher meant it."""
    return not is_atom and bool(_TAG.search(value[: 32 * 1024]))


def _first(entry: dict[str, Any], name: str) -> dict[str, Any]:
    values = dict.get(entry, name)
    return values[0] if isinstance(values, list) and values and isinstance(values[0], dict) else {}


def _links(entry: dict[str, Any]) -> list[str]:
    """Best first. feedparser's own `link` is the last alternate and falls back to guids that are no addresses."""
    links = [link for link in dict.get(entry, "links") or [] if link.get("rel", "alternate") == "alternate"]
    pages = [link for link in links if "html" in str(link.get("type", "text/html"))]
    found = [link.get("href") for link in pages + links] + [dict.get(entry, "link")]
    return [href for href in found if isinstance(href, str)]


def _images(entry: dict[str, Any], summary: Text, content: Text) -> list[str]:
    media = [part for part in dict.get(entry, "media_content") or [] if _is_image(part)]
    enclosures = [part for part in dict.get(entry, "links") or [] if part.get("rel") == "enclosure" and _is_image(part)]
    found = [part.get("url") for part in dict.get(entry, "media_thumbnail") or []]
    found += [part.get("url") for part in media] + [part.get("href") for part in enclosures]
    image = dict.get(entry, "image")
    found.append(image.get("href") if isinstance(image, dict) else None)
    for text in (summary, content):
        if text.is_html and (inline := _IMG.search(text.value[: 32 * 1024])):
            found.append(inline.group(1).replace("&amp;", "&"))
    return [address for address in found if isinstance(address, str) and address]


def _is_image(part: dict[str, Any]) -> bool:
    return part.get("medium") == "image" or str(part.get("type", "")).startswith("image/")


def _published(entry: dict[str, Any]) -> float | None:
    # dict.get, because FeedParserDict.get("updated_parsed") quietly answers with the published date.
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        parts = dict.get(entry, name)
        try:
            if parts:
                return float(calendar.timegm(parts))
        except (ValueError, OverflowError, TypeError):
            continue
    return None


def _number(text: object) -> int:
    value = str(text or "").strip()
    return int(value) if value.isdigit() and len(value) < 7 else 0
