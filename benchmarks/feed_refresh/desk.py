"""python -m benchmarks.feed_refresh.desk STEP …: what happens inside Django, one step a process.

seed FEEDS PER_HOST PORT   an empty database with so many feeds
due BROKEN_EVERY PORT      everything is due; every so many feeds is broken or stalls, 0 for none; the job is deferred
report                     prints how many feeds were tried and how many are healthy
"""

import os
import sys

import django


def seed(feeds: int, per_host: int, port: int) -> None:
    from django.core.management import call_command

    from apps.feeds.models import ExternalFeed

    call_command("migrate", verbosity=0)
    ExternalFeed.objects.bulk_create(
        ExternalFeed(
            name=f"Feed {number}",
            url=f"http://{host(number // per_host)}:{port}/ok/{number}",
            position=number + 1,
        )
        for number in range(feeds)
    )


def host(number: int) -> str:
    return f"127.7.{number // 250}.{number % 250 + 1}"


def due(broken_every: int, port: int) -> None:
    from apps.core.jobs import defer
    from apps.feeds.models import ExternalFeed, FeedState

    for place, feed in enumerate(ExternalFeed.objects.all() if broken_every else ()):
        if place % broken_every == 0:
            feed.url = feed.url.replace("/ok/", "/stalled/" if place % (broken_every * 4) == 0 else "/broken/")
            feed.save()
    FeedState.objects.update(next_check_at=None, last_attempt_at=None, lease_until=None)
    defer("apps.feeds.tasks.refresh_due_feeds")


def report() -> None:
    from apps.feeds.models import FeedState

    tried = FeedState.objects.exclude(last_attempt_at=None)
    print(tried.count(), tried.filter(status=FeedState.Status.OK).count())


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    steps = {"seed": seed, "due": due, "report": report}
    steps[sys.argv[1]](*map(int, sys.argv[2:]))
