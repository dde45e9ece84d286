"""HTML as the plain text that a person would have typed. No Django here."""

import re
from collections.abc import Iterable

from apps.core.markup import Event

MAX_QUOTES = 10
MAX_INDENT = 5
RULE = "---"
_SPACE = re.compile(r"[ \t\n\r\f\v]+")
_APART = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "table", "blockquote", "dl"}
_OWN_LINE = {"div", "li", "dt", "dd", "tr", "ul", "ol"}


class _Page:
    """The lines so far, and what the next words are inside of."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line = ""
        self.is_apart = False  # a blank line comes before the next words
        self.quotes = self.quotes_apart = 0  # now, and of that blank line
        self.lists = 0
        self.pre = 0
        self.bullet = ""
        self.links: list[tuple[str, list[str]]] = []  # address and words

    def open(self, event: Event) -> None:
        name = event.name
        if name in _APART or name in _OWN_LINE:
            self.end_line(apart=name in _APART or (name in ("ul", "ol") and not self.lists))
        if name == "br":
            self.end_line(always=True)
        elif name == "hr":
            self.end_line()
            self.write(RULE)
            self.end_line()
        elif name == "li":
            self.bullet = "  " * min(self.lists - 1, MAX_INDENT) + "- "
        elif name in ("td", "th"):
            self.write(" ")
        elif name == "a":
            self.links.append((event.attributes["href"], []))
        self.nest(name, 1)

    def close(self, name: str) -> None:
        if name == "a":
            self.end_link(*self.links.pop())
        elif name in _APART or name in _OWN_LINE:
            self.end_line(apart=name in _APART or (name in ("ul", "ol") and self.lists == 1))
        self.nest(name, -1)

    def nest(self, name: str, by: int) -> None:
        if name == "blockquote":
            self.quotes += by
        elif name in ("ul", "ol"):
            self.lists += by
        elif name == "pre":
            self.pre += by

    def write(self, text: str) -> None:
        if self.links:
            self.links[-1][1].append(text)
        if not self.pre:
            words = _SPACE.sub(" ", text)
            self.add(words.lstrip(" ") if not self.line or self.line.endswith(" ") else words)
            return
        first, *others = text.expandtabs(4).split("\n")
        self.add(first)
        for line in others:
            self.end_line(always=True)
            self.add(line)

    def add(self, text: str) -> None:
        if not text:
            return
        if not self.line:
            if self.is_apart and self.lines:
                self.leave_out(min(self.quotes, self.quotes_apart))
            self.is_apart = False
            self.line, self.bullet = self.bullet, ""
        self.line += text

    def end_line(self, *, apart: bool = False, always: bool = False) -> None:
        if self.line.strip():
            self.lines.append(self.margin(self.quotes) + self.line.rstrip())
        elif always:
            self.leave_out(self.quotes)
        self.line = ""
        if apart:
            self.quotes_apart = min(self.quotes, self.quotes_apart) if self.is_apart else self.quotes
            self.is_apart = True

    def leave_out(self, quotes: int) -> None:
        """One blank line, unless there is one already."""
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append(self.margin(quotes).rstrip())

    def end_link(self, address: str, words: list[str]) -> None:
        """Write the address after the words of a link, unless these are the address."""
        text, bare = "".join(words).strip(), address.removeprefix("mailto:")
        if text.rstrip("/") not in (address.rstrip("/"), bare.rstrip("/"), bare.partition("://")[2].rstrip("/")):
            self.add(f"<{bare}>" if self.line.endswith(" ") or not self.line else f" <{bare}>")

    def margin(self, quotes: int) -> str:
        return "> " * min(quotes, MAX_QUOTES)


def written(events: Iterable[Event]) -> str:
    """The text: paragraphs apart, list items after "- ", quotes after "> ", links as "text <address>"."""
    page = _Page()
    for event in events:
        if event.kind == "open":
            page.open(event)
        elif event.kind == "close":
            page.close(event.name)
        elif event.kind == "text":
            page.write(event.text)
        else:
            page.end_line(apart=True)
            page.write("…")
    page.end_line()
    return "\n".join(page.lines).strip("\n")
