"""What a feed needs from the outside now: the jobs for the child, made from the state and done in any thread."""

import base64
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from apps.brands.models import Installation
from apps.connected_services.models import ConnectedServices
from apps.feeds.fetching.forkserver import ForkServer
from apps.feeds.fetching.wire import PARSER_REVISION, FeedJob, FeedResult, ImagesJob
from apps.feeds.leases import Lease
from apps.feeds.models import FeedState
from apps.feeds.schedule import has_moved
from project import __version__

MAX_IMAGES = 20


@dataclass(frozen=True)
class Errand:
    """A feed job, and what is known of the feed's images: `stored` have a file, `wanted` lack one."""

    lease: Lease
    job: FeedJob
    image_count: int = 0
    stored: frozenset[str] = frozenset()
    wanted: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Findings:
    """What came back: the result, and WebP images by their address."""

    lease: Lease
    result: FeedResult
    images: dict[str, bytes]


@dataclass(frozen=True)
class Surroundings:
    """What every errand of a round shares, read once."""

    user_agent: str
    allow: list[str]
    image_count: int

    @classmethod
    def load(cls, *, allow: list[str] | None = None) -> "Surroundings":
        """allow: in place of DESK_OUTBOUND_ALLOW."""
        shown = ConnectedServices.load().max_external_feed_articles
        entries = list(settings.DESK_OUTBOUND_ALLOW if allow is None else allow)
        return cls(user_agent(), entries, min(shown, MAX_IMAGES))


def user_agent() -> str:
    """An honest name and where to complain: the library's own name and browsers' names are both refused somewhere."""
    address = Installation.load().base_url
    return f"Deskbridge/{__version__}" + (f" (+{address})" if address else "")


def plan(lease: Lease, around: Surroundings, *, force: bool = False) -> Errand:
    """The errand of a leased feed. With `force` the server is asked without validators."""
    feed, state, now = lease.feed, lease.state, timezone.now()
    moved = state.moved_to if state.moved_to != feed.url else ""
    is_believed = bool(moved) and has_moved(state, now)
    may_compare = not force and state.parser_revision == PARSER_REVISION and not _is_heal_due(state, now)
    job = FeedJob(
        url=moved if is_believed else feed.url,
        fallback=feed.url if is_believed else moved,
        fallback_always=is_believed,
        user_agent=around.user_agent,
        allow=around.allow,
        etag=state.etag if may_compare else "",
        last_modified=state.last_modified if may_compare else "",
        validators_url=state.validators_url if may_compare else "",
        body_sha256=state.body_sha256 if may_compare else "",
    )
    return _with_images(Errand(lease, job), around)


def run(errand: Errand, server: ForkServer) -> Findings:
    """Do the errand in children of `server`. Touches no database: it runs in threads."""
    result = server.fetch(errand.job)
    images: dict[str, bytes] = {}
    if errand.image_count and result.outcome != "error":
        shown = [article.image_url for article in result.articles[: errand.image_count]]
        addresses = shown if result.outcome == "ok" else errand.wanted
        missing = [url for url in dict.fromkeys(addresses) if url and url not in errand.stored]
        images = _fetch_images(missing, errand.job, server)
    return Findings(errand.lease, result, images)


def _fetch_images(urls: list[str], job: FeedJob, server: ForkServer) -> dict[str, bytes]:
    if not urls:
        return {}
    found = server.images(ImagesJob(urls=urls, user_agent=job.user_agent, allow=job.allow))
    return {url: base64.b64decode(image) for url, image in found.images.items()}


def _with_images(errand: Errand, around: Surroundings) -> Errand:
    feed = errand.lease.feed
    if not feed.show_image or not around.image_count:
        return errand
    known = list(feed.articles.exclude(image_url="").order_by("position").values_list("image_url", "image", "position"))
    stored = frozenset(url for url, image, _ in known if image)
    wanted = [url for url, image, position in known if not image and position < around.image_count]
    return Errand(errand.lease, errand.job, around.image_count, stored, wanted)


def _is_heal_due(state: FeedState, now: datetime) -> bool:
    """True for the first fetch on one day a week: the whole document then, which heals a cache broken somewhere."""
    is_first = state.last_attempt_at is None or state.last_attempt_at.date() != now.date()
    return is_first and (now.toordinal() + state.pk) % 7 == 0
