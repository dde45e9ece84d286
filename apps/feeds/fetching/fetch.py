"""One refresh, inside the child: ask the server, read the answer."""

import hashlib
import time
from dataclasses import replace

from apps.core.http import HttpError, Limits, Response, request
from apps.feeds.fetching.discover import find_feeds
from apps.feeds.fetching.hints import freshness, retry_after
from apps.feeds.fetching.parse import is_web_page, read_document
from apps.feeds.fetching.wire import FeedError, FeedJob, FeedResult

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, text/html;q=0.5, */*;q=0.1"
)
MAX_VALIDATOR = 1000
_KINDS = {401: "auth", 403: "forbidden", 410: "gone", 429: "throttled"}
_PERMANENT_MOVES = frozenset({301, 308})


def fetch_feed(job: FeedJob) -> FeedResult:
    """Fetch and read `job.url`, or its fallback where that fails. Never raises for what the server does."""
    started = time.monotonic()
    result = _fetch(job, job.url)
    may_fall_back = job.fallback_always or result.http_status in (404, 410)
    if result.outcome != "error" or not job.fallback or not may_fall_back:
        return result
    left = job.fetch_seconds - (time.monotonic() - started)
    if left < 1:
        return result
    second = _fetch(replace(job, fetch_seconds=left), job.fallback)
    return result if second.outcome == "error" else second


def _fetch(job: FeedJob, url: str) -> FeedResult:
    try:
        response = _ask(job, url)
    except HttpError as error:
        return FeedResult(outcome="error", kind=error.kind, detail=error.detail, requested_url=url)
    if response.status == 200:
        return _read(job, url, response)
    if response.status == 304:
        return _unchanged(job, url, response)
    kind = _KINDS.get(response.status, "http_status")
    detail = "challenge" if "challenge" in response.headers.get("cf-mitigated", "") else ""
    wait = retry_after(response.headers) if response.status in (429, 503) else 0.0
    return FeedResult(
        outcome="error", kind=kind, detail=detail, http_status=response.status, wait=wait, requested_url=url
    )


def _ask(job: FeedJob, url: str) -> Response:
    validators = {"If-None-Match": job.etag, "If-Modified-Since": job.last_modified}
    return request(
        "GET",
        url,
        headers={"User-Agent": job.user_agent, "Accept": ACCEPT},
        url_headers={job.validators_url: {name: value for name, value in validators.items() if value}},
        limits=Limits(total=job.fetch_seconds, read=min(job.read_seconds, job.fetch_seconds), max_redirects=5),
        allow=job.allow,
    )


def _unchanged(job: FeedJob, url: str, response: Response) -> FeedResult:
    was_asked = bool(job.etag or job.last_modified) and response.url == job.validators_url
    if not was_asked:
        return FeedResult(outcome="error", kind="unasked_304", http_status=304, requested_url=url)
    return FeedResult(
        outcome="unchanged",
        http_status=304,
        url=response.url,
        requested_url=url,
        is_permanent_move=_is_permanent(response),
        etag=_validator(response, "ETag") or job.etag,
        last_modified=_validator(response, "Last-Modified") or job.last_modified,
        validators_url=response.url,
        body_sha256=job.body_sha256,
        wait=freshness(response.headers),
    )


def _read(job: FeedJob, url: str, response: Response) -> FeedResult:
    same = FeedResult(
        outcome="unchanged",
        http_status=200,
        url=response.url,
        requested_url=url,
        is_permanent_move=_is_permanent(response),
        etag=_validator(response, "ETag"),
        last_modified=_validator(response, "Last-Modified"),
        validators_url=response.url,
        body_sha256=hashlib.sha256(response.body).hexdigest(),
        wait=freshness(response.headers),
    )
    return same if same.body_sha256 == job.body_sha256 else _parse(job, response, same)


def _parse(job: FeedJob, response: Response, same: FeedResult) -> FeedResult:
    content_type = response.headers.get("Content-Type", "")
    try:
        document = read_document(response.body, content_type=content_type, url=response.url, keep=job.keep)
    except (FeedError, MemoryError) as error:
        kind, detail = (error.kind, error.detail) if isinstance(error, FeedError) else ("too_complex", "")
        found = find_feeds(response.body, url=response.url) if job.discover and is_web_page(response.body) else []
        failed = FeedResult(outcome="error", kind=kind, detail=detail, http_status=200, found=found)
        return replace(failed, url=response.url, requested_url=same.requested_url)
    return replace(
        same,
        outcome="ok",
        wait=freshness(response.headers, document.ttl_minutes),
        title=document.title,
        site_url=document.site_url,
        is_malformed=document.is_malformed,
        item_count=document.item_count,
        articles=document.articles,
    )


def _is_permanent(response: Response) -> bool:
    return bool(response.hops) and all(status in _PERMANENT_MOVES for status, _ in response.hops)


def _validator(response: Response, name: str) -> str:
    """A validator, word for word, as it is opaque; none where it could not be sent back as it came."""
    value = response.headers.get(name, "")
    return value if len(value) <= MAX_VALIDATOR and value.isprintable() and value.isascii() else ""
