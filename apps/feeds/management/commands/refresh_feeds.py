"""manage.py refresh_feeds: refresh feeds in the foreground."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.feeds.fetching.forkserver import ForkServer
from apps.feeds.models import ExternalFeed, FeedState
from apps.feeds.reasons import describe_error
from apps.feeds.services import refresh_feed

GOOD = (FeedState.Status.OK, FeedState.Status.EMPTY)


class Command(BaseCommand):
    help = "Refresh all active feeds now, or the one that is named; prints a line for each and fails where one failed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", help="only the feed of this name")

    def handle(self, *args: Any, **options: Any) -> None:
        feeds = ExternalFeed.objects.active()
        if options["name"]:
            feeds = feeds.filter(name=options["name"])
            if not feeds:
                raise CommandError(f"There is no active feed named “{options['name']}”.")
        failed = 0
        with ForkServer() as server:
            for feed in feeds:
                state = refresh_feed(feed=feed, force=True, server=server)
                failed += state.status not in GOOD
                self.stdout.write(f"{feed.name}: {self._outcome(feed, state)}")
        if failed:
            raise CommandError(f"{failed} of {len(feeds)} feeds failed.")

    def _outcome(self, feed: ExternalFeed, state: FeedState) -> str:
        if state.status in GOOD:
            return f"{state.get_status_display()}, {feed.articles.count()} articles"
        return f"{state.get_status_display()}: {describe_error(state)}"
