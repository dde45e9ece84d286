"""A piece of a found text around its first match, with the matches apart."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from apps.core.search.queries import Phrase, parse
from apps.core.search.terms import MAX_LENGTH, is_unspaced, normalise, runs

MAX_CHARACTERS = 20_000  # of the text; what comes later is not shown
Part = tuple[str, bool]


def highlight(text: str, query: str, *, length: int = 160) -> list[Part]:
    """About `length` characters of `text` around the first match of `query`, as (part, is a match) in their order.

    Letters of either case and accent match, as in the index. Takes time linear in the length of the text.
    """
    text = " ".join(unicodedata.normalize("NFC", text[:MAX_CHARACTERS]).split())
    spans = _merged(_matches(text, _wanted(query)))
    start, end = _window(text, spans[0] if spans else (0, 0), length)
    parts: list[Part] = [("…", False)] if start else []
    at = start
    for first, last in spans:
        if first >= end:
            break
        parts += [(text[at:first], False), (text[first : min(last, end)], True)]
        at = min(last, end)
    parts += [(text[at:end], False), ("…" if end < len(text) else "", False)]
    return [(part, is_match) for part, is_match in parts if part]


@lru_cache(maxsize=64)
def _wanted(query: str) -> re.Pattern[str] | None:
    """What to look for in folded text: the same for all texts of a page."""
    phrases = parse(query).wanted
    return re.compile("|".join(_pattern(phrase) for phrase in phrases)) if phrases else None


def _matches(text: str, pattern: re.Pattern[str] | None) -> Iterator[tuple[int, int]]:
    """From and to which character of the text each match goes."""
    if pattern is None or not text:
        return
    folded, places = _folded(text)
    for match in pattern.finditer(folded):
        yield places[match.start()], places[match.end() - 1] + 1


def _folded(text: str) -> tuple[str, list[int]]:
    """The words of the text as the index has them, a space around each, and the place each character comes from."""
    table = {character: normalise(character) for character in set(text)}
    folded = "".join([table[character] for character in text])
    places: Sequence[int] = range(len(text))
    if not text.isascii():
        places = [at for at, character in enumerate(text) for _ in table[character]]
    line, spots = [" "], [0]
    for run in runs(folded):
        line += [run[0], " "]
        spots += [*places[run.start() : run.end()], 0]
    return "".join(line), spots


def _pattern(phrase: Phrase) -> str:
    first, last = phrase.tokens[0], phrase.tokens[-1]
    text = "".join(_part(*pair) for pair in pairwise((*phrase.tokens, "")))
    start = "" if is_unspaced(first) else "(?<= )"
    if is_unspaced(last):
        return start + text
    return start + text + ("[^ ]*+" if phrase.is_beginning or len(last) == MAX_LENGTH else "(?= )")


def _part(token: str, after: str) -> str:
    """A token and the space before the next. Of overlapping pairs only the first character is taken."""
    if is_unspaced(token) and len(token) == 2 and after.startswith(token[1]):
        return token[0]
    return token + (" " if after else "")


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """One character may fold into several, so that two matches meet in it."""
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _window(text: str, match: tuple[int, int], length: int) -> tuple[int, int]:
    """Which part to show: the match a third into it, cut between words where there are spaces."""
    start = max(0, min(match[0] - length // 3, len(text) - length))
    if start:
        start = text.find(" ", start - 1, match[0]) + 1 or start
    end = start + length
    if end < len(text):
        space = text.rfind(" ", max(match[1], start + 1), end + 1)
        end = space if space > 0 else max(end, min(match[1], start + 2 * length))
    return start, min(end, len(text))
