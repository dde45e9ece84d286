"""How a feed is doing, as the management interface tells it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.feeds.models import ExternalFeed, FeedState
from apps.feeds.reasons import describe_error
from apps.feeds.schedule import needs_attention

PATIENCE = timedelta(minutes=2)
NEW_FOR = timedelta(minutes=5)
_TONES = {FeedState.Status.OK: "success", FeedState.Status.EMPTY: "info", FeedState.Status.GONE: "danger"}


@dataclass(frozen=True, kw_only=True)
class Monitor:
    """A feed's state in words. `asked_at` is when somebody asked for a refresh that the page waits for."""

    feed: ExternalFeed
    state: FeedState | None
    asked_at: datetime | None = None

    @classmethod
    def of(cls, feed: ExternalFeed, *, asked_at: datetime | None = None, watch_new: bool = True) -> "Monitor":
        """watch_new: a new feed counts as asked for when it was saved, unless something else was asked for."""
        state: FeedState | None = getattr(feed, "state", None)
        is_new = feed.is_active and (state is None or state.last_attempt_at is None)
        if asked_at is None and watch_new and is_new and timezone.now() - feed.updated_at < NEW_FOR:
            asked_at = feed.updated_at
        return cls(feed=feed, state=state, asked_at=asked_at)

    @property
    def label(self) -> Promise | str:
        """One or a few words."""
        if not self.feed.is_active:
            return _("Off")
        return (self.state or FeedState(feed=self.feed)).get_status_display()

    @property
    def tone(self) -> str:
        """The colour of the label: success, info, warning, danger or empty."""
        if self.state is None or not self.feed.is_active or self.state.status == FeedState.Status.NEVER:
            return ""
        return _TONES.get(FeedState.Status(self.state.status)) or (
            "danger" if needs_attention(self.state, timezone.now()) else "warning"
        )

    @property
    def reason(self) -> Promise | str:
        """The last error as a sentence."""
        return describe_error(self.state) if self.state else ""

    @property
    def is_failing(self) -> bool:
        """Whether the last attempt failed."""
        return bool(self.state and self.state.status in (FeedState.Status.FAILING, FeedState.Status.GONE))

    @property
    def is_due(self) -> bool:
        """Whether the time of the next try has come."""
        return bool(self.state and self.state.next_check_at and self.state.next_check_at <= timezone.now())

    @property
    def phase(self) -> str:
        """queued, slow (queued for long), done (the refresh is over), or empty where none was asked for."""
        if self.asked_at is None:
            return ""
        last = self.state.last_attempt_at if self.state else None
        if last and last >= self.asked_at:
            return "done"
        return "queued" if timezone.now() - self.asked_at < PATIENCE else "slow"
