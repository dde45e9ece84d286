"""What goes to the child and what comes back: plain data, as JSON."""

from dataclasses import asdict, dataclass, field
from typing import Any, Self, get_args, get_origin, get_type_hints

PARSER_REVISION = 1  # raise it when articles come out differently: it makes the next fetch unconditional
KEEP = 50  # articles kept of a feed, so that showing more of them works at once


class FeedError(Exception):
    """A document that cannot be shown. `kind`: not_a_feed, empty, truncated, unsafe_xml, too_complex, unreadable."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(kind)
        self.kind = kind
        self.detail = detail


class Wire:
    """A dataclass that becomes JSON and comes back; parts are dataclasses of the same sort."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)  # type: ignore[call-overload, no-any-return]

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Raises TypeError where `values` has other names than this class."""
        return cls(
            **{name: _restored(hint, values[name]) for name, hint in get_type_hints(cls).items() if name in values}
        )


def _restored(hint: Any, value: Any) -> Any:
    part = (get_args(hint) or (None,))[0] if get_origin(hint) is list else None
    if isinstance(part, type) and issubclass(part, Wire):
        return [part.from_json(entry) for entry in value]
    return value


@dataclass(frozen=True, kw_only=True)
class Article(Wire):
    """One article ready to be stored: plain text, safe links. `published` is seconds since 1970."""

    key: str
    guid: str
    title: str
    summary: str
    url: str
    image_url: str
    published: float | None


@dataclass(frozen=True, kw_only=True)
class FoundFeed(Wire):
    """A feed that a web page names."""

    title: str
    url: str
    type: str


@dataclass(frozen=True, kw_only=True)
class FeedJob(Wire):
    """Fetch one feed. `fallback` is tried where `url` fails: after any error, or only after 404 and 410."""

    url: str
    user_agent: str
    allow: list[str]
    fallback: str = ""
    fallback_always: bool = False
    etag: str = ""
    last_modified: str = ""
    validators_url: str = ""
    body_sha256: str = ""
    keep: int = KEEP
    discover: bool = False
    fetch_seconds: float = 15.0
    read_seconds: float = 8.0


@dataclass(frozen=True, kw_only=True)
class FeedResult(Wire):
    """What came of it. `outcome` is ok, unchanged or error; `wait` the seconds that the server asks us to wait."""

    outcome: str
    kind: str = ""
    detail: str = ""
    http_status: int | None = None
    url: str = ""
    requested_url: str = ""
    is_permanent_move: bool = False
    etag: str = ""
    last_modified: str = ""
    validators_url: str = ""
    body_sha256: str = ""
    wait: float = 0.0
    title: str = ""
    site_url: str = ""
    is_malformed: bool = False
    item_count: int = 0
    articles: list[Article] = field(default_factory=list)
    found: list[FoundFeed] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class ImagesJob(Wire):
    """Download and shrink images."""

    urls: list[str]
    user_agent: str
    allow: list[str]
    fetch_seconds: float = 6.0


@dataclass(frozen=True, kw_only=True)
class ImagesResult(Wire):
    """WebP images in base64 by their address; those that failed are missing."""

    images: dict[str, str] = field(default_factory=dict)
