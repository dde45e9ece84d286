"""OPML, the list of feeds that feed readers exchange: http://opml.org/spec2.opml"""

from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree
from xml.parsers import expat

import tablib
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.brands.models import Brand
from apps.core.importing.formats import DeskFormat
from apps.core.importing.tables import Cell, FileRefused, Table
from apps.core.importing.widgets import split_names
from apps.feeds.models import ExternalFeed

MAX_DEPTH = 50
MAX_ELEMENTS = 300_000
NAMESPACE = "urn:deskbridge:feeds"
_OWN = ("show_description", "show_image", "new_window", "is_active", "position")
_ENCODED = str.maketrans({"%": "%25", ",": "%2C", "/": "%2F"})
_NO_XML_1_0 = dict.fromkeys(i for i in range(0x20) if chr(i) not in "\t\n\r") | {0xFFFE: None, 0xFFFF: None}


class OPML(DeskFormat):
    """OPML 1.0 and 2.0. A folder, or a category, with the name of a brand puts its feeds on that brand.

    What OPML has no word for stands in attributes of our own namespace, so that an export comes back as it was.
    """

    name = "opml"
    title = "OPML"
    content_type = "text/x-opml; charset=utf-8"
    extensions = ("opml", "xml")

    def read(self, content: bytes) -> Table:
        reader = _Reader(set(Brand.objects.values_list("name", flat=True)))
        reader.parse(content)
        table = Table(["url", "name", "brands", *_OWN], [], reader.notes())
        for number, cells in enumerate(reader.feeds.values(), 1):
            table.add(number, cells)
        return table

    def estimate(self, content: bytes) -> int:
        return content.replace(b"\x00", b"").count(b"<outline")

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        ElementTree.register_namespace("desk", NAMESPACE)
        root = ElementTree.Element("opml", {"version": "2.0"})
        head = ElementTree.SubElement(root, "head")
        ElementTree.SubElement(head, "title").text = str(ExternalFeed._meta.verbose_name_plural)
        ElementTree.SubElement(head, "dateCreated").text = format_datetime(datetime.now(UTC))
        body = ElementTree.SubElement(root, "body")
        for row in dataset:
            cells = dict(zip(dataset.headers, row, strict=True))
            ElementTree.SubElement(body, "outline", dict(_attributes(cells)))
        ElementTree.indent(root)
        written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
        return written


class _Reader:
    """Collects the feeds of an OPML text while expat walks through it, so that depth and size stay bounded."""

    def __init__(self, brands: set[str]) -> None:
        self.brands = brands
        self.feeds: dict[str, dict[str, Cell]] = {}
        self.folders: list[str] = []
        self.elements = self.skipped = self.merged = 0

    def parse(self, content: bytes) -> None:
        """Read the whole text. Raises FileRefused."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.EntityDeclHandler = _refuse_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        try:
            parser.Parse(content, True)
        except (expat.ExpatError, LookupError, ValueError) as error:
            message = _("The file is not readable OPML (line %(line)d).")
            raise FileRefused(message % {"line": parser.CurrentLineNumber}) from error
        if not self.feeds:
            raise FileRefused(_("There is no feed in the file."))

    def notes(self) -> list[str]:
        """Remarks about what was left out or put together."""
        notes = []
        if self.skipped:
            message = ngettext(
                "%(count)d entry has no feed address and was left out.",
                "%(count)d entries have no feed address and were left out.",
                self.skipped,
            )
            notes.append(message % {"count": self.skipped})
        if self.merged:
            message = ngettext(
                "%(count)d feed was in the file more than once and was put together.",
                "%(count)d feeds were in the file more than once and were put together.",
                self.merged,
            )
            notes.append(message % {"count": self.merged})
        return notes

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if not self.folders and tag.lower() != "opml":
            raise FileRefused(_("The file is not OPML: it begins with <%(tag)s>.") % {"tag": tag[:40]})
        if len(self.folders) > MAX_DEPTH or self.elements > MAX_ELEMENTS:
            raise FileRefused(_("The file has too many folders inside each other, or too many entries."))
        plain = {name.lower(): value.strip() for name, value in attributes.items()}
        folder = ""
        if tag.lower() == "outline" and plain.get("iscomment", "").lower() != "true":
            folder = self._outline(plain)
        self.folders.append(folder)

    def _end(self, tag: str) -> None:
        self.folders.pop()

    def _outline(self, attributes: dict[str, str]) -> str:
        """Take in one outline; returns the name it gives to those inside it."""
        title = attributes.get("text") or attributes.get("title") or ""
        url = attributes.get("xmlurl", "")
        if url:
            self._add(url, title, attributes)
        elif attributes.get("type", "").lower() in {"rss", "atom", "link", "include"} or "htmlurl" in attributes:
            self.skipped += 1
        return title

    def _add(self, url: str, title: str, attributes: dict[str, str]) -> None:
        own = {name: attributes.get(f"{NAMESPACE} {name}") for name in _OWN}
        is_own = any(own.values())
        brands = sorted(self.brands & {*self.folders, *_categories(attributes.get("category", ""), is_own)})
        if url in self.feeds:
            self.merged += 1
            present = self.feeds[url]["brands"]
            brands = sorted({*brands, *(present if isinstance(present, list) else [])})
        longest = ExternalFeed._meta.get_field("name").max_length
        name = self.feeds.get(url, {}).get("name") or (title or _host_of(url))[:longest]
        cells: dict[str, Cell] = {"url": url, "name": name, **own}
        if brands or is_own:
            cells["brands"] = brands
        self.feeds[url] = self.feeds.get(url, {}) | cells


def _host_of(url: str) -> str:
    """The host of an address, or the address where it has none."""
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url


def _categories(text: str, is_own: bool) -> set[str]:
    """The categories of an outline: "/a,/b"; our own files have a comma or slash inside a name percent-encoded."""
    names = {part.strip().removeprefix("/") for part in text.split(",")}
    return {unquote(name) for name in names} if is_own else names


def _attributes(cells: dict[str, Any]) -> Iterable[tuple[str, str]]:
    url, name = str(cells.get("url", "")), str(cells.get("name", "")).translate(_NO_XML_1_0)
    yield "type", "rss"
    yield "text", name or url
    yield "title", name or url
    yield "xmlUrl", url
    yield "htmlUrl", _home(url)
    brands = split_names(str(cells.get("brands", "")))
    if any(brands):
        yield "category", ",".join("/" + brand.translate(_ENCODED) for brand in brands)
    for own in _OWN:
        if own in cells:
            yield f"{{{NAMESPACE}}}{own}", str(cells[own])


def _home(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def _refuse_doctype(*args: object) -> None:
    raise FileRefused(_("The file defines a document type or entities, so it was not opened."))
