"""python -m benchmarks.portal_home [--feeds 50] [--articles 100] [--requests 2000]

Starts the web process on a free port of 127.0.0.1 with a fresh database (SQLite, or the one of DATABASE_URL, which is
filled: give it an empty one) and prints a table.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def seed(feeds: int, articles: int) -> None:
    from datetime import timedelta

    from django.core.management import call_command
    from django.utils import timezone

    from apps.brands.models import Brand, CustomLink
    from apps.feeds.models import ExternalFeed, FeedArticle, FeedState

    call_command("migrate", verbosity=0)
    brand = Brand.objects.create(name="Benchmark", is_default=True, welcome_title="How can we help?")
    for number in range(6):
        CustomLink.objects.create(title=f"Link {number}", url=f"https://example.org/{number}")
    now = timezone.now()
    for number in range(feeds):
        feed = ExternalFeed.objects.create(name=f"Feed {number}", url=f"https://example.org/{number}.xml")
        if number % 2:
            feed.brands.add(brand)
        state = {"status": FeedState.Status.OK, "last_success_at": now, "last_change_at": now}
        FeedState.objects.update_or_create(feed=feed, defaults=state)
        FeedArticle.objects.bulk_create(
            FeedArticle(
                feed=feed,
                key=f"{number:032}{place:032}",
                position=place,
                title=f"Article {place} of feed {number} with a title of some length",
                summary="A sentence that says what the article is about. " * 4,
                url=f"https://example.org/{number}/{place}",
                published_at=now - timedelta(hours=place),
                first_seen_at=now,
            )
            for place in range(articles)
        )


@contextmanager
def web_process(port: int, processes: int) -> Iterator[None]:
    command = [sys.executable, "-m", "uvicorn", "project.asgi:application", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--no-access-log", "--log-level", "warning", "--workers", str(processes)]
    process = subprocess.Popen(command)
    try:
        for _ in range(200):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/bare/", timeout=1) as answer:
                    answer.read()
                break
            except OSError:
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(10)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.portal_home")
    parser.add_argument("--feeds", type=int, default=50)
    parser.add_argument("--articles", type=int, default=100, help="a feed")
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as folder:
        os.environ.update(DESK_VAR=folder, DJANGO_SETTINGS_MODULE="benchmarks.portal_home.settings")
        from project.keys import generate_keys

        generate_keys()
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        seed(options.feeds, options.articles)
        call_command("collectstatic", verbosity=0, interactive=False)
        vendor = connection.vendor
        connection.close()
        measure(vendor, options)


def measure(vendor: str, options: argparse.Namespace) -> None:
    from benchmarks.load import load

    port = free_port()
    with web_process(port, options.processes):
        print(f"{vendor}, {options.feeds} feeds, {options.feeds * options.articles} articles, ", end="")
        print(f"{options.processes} web process(es)")
        print("| page | concurrency | requests/s | p50 ms | p95 ms | p99 ms | bytes |")
        print("|---|---|---|---|---|---|---|")
        for concurrency in (1, 16):
            for path in ("/bare/", "/"):
                load(port=port, path=path, requests=200, concurrency=concurrency)
                seen = load(port=port, path=path, requests=options.requests, concurrency=concurrency)
                numbers = f"{seen.rate:.0f} | {seen.p50:.2f} | {seen.p95:.2f} | {seen.p99:.2f} | {seen.bytes}"
                print(f"| {path} | {concurrency} | {numbers} |", flush=True)


if __name__ == "__main__":
    main()
