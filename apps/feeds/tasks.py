"""Feed work that runs in a worker."""

from apps.feeds import images, services
from apps.feeds.models import ExternalFeed


def refresh_due_feeds() -> None:
    """Refresh what is due; every minute."""
    services.refresh_due_feeds()


def refresh_feed(feed_id: int) -> None:
    """Refresh one feed because somebody asked for it."""
    feed = ExternalFeed.objects.filter(pk=feed_id).first()
    if feed is not None:
        services.refresh_feed(feed=feed, force=True)


def delete_orphaned_images() -> None:
    """Delete images of feeds that were deleted; daily."""
    images.forget_orphans()
