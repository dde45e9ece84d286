"""What a person typed into a search field → what to look for."""

import re
from dataclasses import dataclass

from apps.core.search.terms import is_unspaced, terms

MAX_CHARACTERS = 400  # of what was typed; the rest is ignored
MAX_WORDS = 12
MAX_TOKENS = 32  # of one word or phrase
SHORTEST_BEGINNING = 3  # characters from which a word is the beginning of longer ones, too
SHORTEST_LAST_BEGINNING = 2  # the same for the last word, which may still be being typed

_CHUNK = re.compile(r'(-?)"([^"]*)("?)|(\S+)')

Marks = tuple[tuple[str, ...], ...]  # groups of marks, of each of which a document must have one


@dataclass(frozen=True)
class Phrase:
    """Tokens that follow each other. The last one may be only the beginning of a token."""

    tokens: tuple[str, ...]
    is_beginning: bool = False


@dataclass(frozen=True)
class Query:
    """All of `wanted` and none of `unwanted`. Without `wanted` nothing is found."""

    wanted: tuple[Phrase, ...] = ()
    unwanted: tuple[Phrase, ...] = ()


def parse(text: str) -> Query:
    """Words, "quoted phrases" and -excluded ones. Never raises; at most `MAX_WORDS` of them count."""
    chunks = [_chunk(match) for match in _CHUNK.finditer(text[:MAX_CHARACTERS])]
    last = max((at for at, (tokens, _, _) in enumerate(chunks) if tokens), default=0)
    wanted, unwanted = [], []
    for at, (tokens, is_quoted, is_excluded) in enumerate(chunks):
        if not tokens:
            continue
        if is_excluded:
            unwanted.append(_phrase(tokens, shortest=None))
        else:
            shortest = SHORTEST_LAST_BEGINNING if at == last else SHORTEST_BEGINNING
            wanted.append(_phrase(tokens, shortest=None if is_quoted else shortest))
    return Query(_capped(wanted), _capped(unwanted))


def _chunk(match: re.Match[str]) -> tuple[list[str], bool, bool]:
    """Tokens, whether they were quoted (and the quotation is finished), whether they are not wanted."""
    if match[4] is not None:
        return terms(match[4]), False, match[4].startswith("-")
    return terms(match[2]), bool(match[3]), bool(match[1])


def _phrase(tokens: list[str], *, shortest: int | None) -> Phrase:
    """A run of pairs ends with its last pair, not with the single character that follows it in the index."""
    if len(tokens) > MAX_TOKENS:
        return Phrase(tuple(tokens[:MAX_TOKENS]))
    last = tokens[-1]
    if not is_unspaced(last):
        return Phrase(tuple(tokens), shortest is not None and len(last) >= shortest)
    if len(tokens) > 1 and len(last) == 1 and len(tokens[-2]) == 2 and tokens[-2][1] == last:
        return Phrase(tuple(tokens[:-1]))
    return Phrase(tuple(tokens), is_beginning=True)


def _capped(phrases: list[Phrase]) -> tuple[Phrase, ...]:
    return tuple(dict.fromkeys(phrases))[:MAX_WORDS]
