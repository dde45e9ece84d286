"""Writing down what a fetch brought: articles and state, in one transaction, under the state's row lock."""

from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone

from apps.feeds import images, leases, schedule
from apps.feeds.errands import Findings
from apps.feeds.fetching.wire import PARSER_REVISION, Article, FeedResult
from apps.feeds.models import ExternalFeed, FeedArticle, FeedState

Status = FeedState.Status
_NOT_A_FEED = frozenset({"not_a_feed", "empty", "truncated", "unsafe_xml", "too_complex", "unreadable", "unasked_304"})


def record(findings: Findings) -> FeedState | None:
    """Store what was found and plan the next check. None where the feed is gone, was changed or has another worker.

    Whatever the server did, the last good articles stay unless good ones replace them.
    """
    names = images.store(findings.images)
    state = _record(findings, names)
    images.forget_unused(names.values())
    return state


def _record(findings: Findings, names: dict[str, str]) -> FeedState | None:
    lease, result = findings.lease, findings.result
    with transaction.atomic():
        state = FeedState.objects.select_for_update(of=("self",)).filter(feed_id=lease.feed.pk).first()
        feed = ExternalFeed.objects.filter(pk=lease.feed.pk, url=lease.feed.url).first()
        if state is None or feed is None or not leases.is_held(lease, state):
            return None
        now, previous = timezone.now(), state.last_attempt_at
        state.last_attempt_at, state.http_status = now, result.http_status
        if result.outcome == "error":
            _record_failure(state, result, now, previous)
        else:
            _record_success(state, feed, result, names, now)
        state.lease_until = leases.released()
        state.save()
    return state


def _record_success(
    state: FeedState, feed: ExternalFeed, result: FeedResult, names: dict[str, str], now: datetime
) -> None:
    if result.outcome == "ok":
        _take_over(state, feed, result, names, now)
    elif names:
        _add_images(feed, names)
    if state.empty_since is None:
        state.status = Status.OK
    else:
        state.status = Status.EMPTY
        if now - state.empty_since >= schedule.WEEK:
            _replace_articles(feed, [], names, now)
    state.error_kind = state.error_detail = ""
    state.failures = state.gone_count = 0
    state.first_failure_at = None
    state.last_success_at = now
    state.etag, state.last_modified = result.etag, result.last_modified
    state.validators_url, state.body_sha256 = result.validators_url, result.body_sha256
    _note_move(state, feed, result, now)
    state.next_check_at = schedule.after_success(now=now, wait=result.wait)


def _take_over(state: FeedState, feed: ExternalFeed, result: FeedResult, names: dict[str, str], now: datetime) -> None:
    state.is_malformed, state.item_count = result.is_malformed, result.item_count
    state.site_url, state.parser_revision = result.site_url, PARSER_REVISION
    if not result.articles:
        state.empty_since = state.empty_since or now
        return
    state.empty_since = None
    if _replace_articles(feed, result.articles, names, now):
        state.last_change_at = now


def _replace_articles(feed: ExternalFeed, articles: list[Article], names: dict[str, str], now: datetime) -> bool:
    """Put `articles` in the place of all that were there; False where nothing is different."""
    old = list(feed.articles.order_by("position"))
    seen = {article.key: article.first_seen_at for article in old}
    kept = {article.image_url: article.image.name for article in old if article.image} if feed.show_image else {}
    new = [
        FeedArticle(
            feed=feed,
            key=article.key,
            guid=article.guid,
            position=position,
            title=article.title,
            summary=article.summary,
            url=article.url,
            image_url=article.image_url,
            image=names.get(article.image_url) or kept.get(article.image_url) or "",
            published_at=_moment(article.published),
            first_seen_at=seen.get(article.key, now),
        )
        for position, article in enumerate(articles)
    ]
    if [_shown(article) for article in old] == [_shown(article) for article in new]:
        return False
    feed.articles.all().delete()
    FeedArticle.objects.bulk_create(new)
    gone = {str(article.image) for article in old} - {str(article.image) for article in new}
    transaction.on_commit(lambda: images.forget_unused(gone))
    return True


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _shown(article: FeedArticle) -> tuple[object, ...]:
    text = (article.key, article.title, article.summary, article.url, article.image_url)
    return (*text, article.image.name or "", article.published_at or None)


def _add_images(feed: ExternalFeed, names: dict[str, str]) -> None:
    for article in feed.articles.filter(image="", image_url__in=names):
        article.image = names[article.image_url]
        article.save(update_fields=["image"])


def _record_failure(state: FeedState, result: FeedResult, now: datetime, previous: datetime | None) -> None:
    state.error_kind, state.error_detail = result.kind[:40], result.detail[:300]
    throttled_at = previous if state.status == Status.THROTTLED else None
    if result.kind in _NOT_A_FEED:  # a page that says "unchanged" for ever must not freeze the feed
        state.etag = state.last_modified = state.validators_url = state.body_sha256 = ""
    if result.kind == "throttled":
        state.status = Status.THROTTLED
    else:
        state.failures += 1
        state.first_failure_at = state.first_failure_at or now
        state.status = Status.FAILING
        _count_gone(state, result, now, previous)
    state.next_check_at = schedule.after_failure(state=state, result=result, now=now, throttled_at=throttled_at)


def _count_gone(state: FeedState, result: FeedResult, now: datetime, previous: datetime | None) -> None:
    if result.kind != "gone":
        state.gone_count = 0
        return
    # Somebody who presses "refresh" three times has not confirmed anything.
    if state.gone_count == 0 or previous is None or now - previous >= schedule.GONE_GAP:
        state.gone_count += 1
    if state.gone_count >= schedule.GONE_AFTER:
        state.status = Status.GONE


def _note_move(state: FeedState, feed: ExternalFeed, result: FeedResult, now: datetime) -> None:
    """Note a permanent redirect; the address that the administrator typed is never rewritten."""
    if result.requested_url == feed.url:
        target = result.url if result.is_permanent_move and result.url != feed.url else ""
        is_same = bool(target) and target == state.moved_to
        state.moved_count = state.moved_count + 1 if is_same else int(bool(target))
        state.moved_since = state.moved_since if is_same else (now if target else None)
        state.moved_to = target
    elif not schedule.has_moved(state, now):
        # The typed address is gone and the one it pointed to works: that settles it.
        state.moved_count, state.moved_since = max(state.moved_count, schedule.MOVED_AFTER), now - schedule.MOVED_FOR
