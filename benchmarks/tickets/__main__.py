"""python -m benchmarks.tickets [--tickets 10000] [--requests 300] [--processes 2]: see README.md beside this file."""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count, cycle
from pathlib import Path
from typing import Any

from benchmarks.load import Requests, get, request, send
from benchmarks.portal_home.__main__ import free_port

BOUNDS = ("BEGIN", "COMMIT", "SELECT set_config(")
LIST = "/management/tickets/ticket/"
HEADS = (
    "| page | concurrency | requests/s | p50 ms | p95 ms | p99 ms | kB | queries |\n|---|---|---|---|---|---|---|---|"
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tickets")
    parser.add_argument("--tickets", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=320)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--keep", help="a folder to keep the state in, and to use again")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="desk-bench-") as folder:
        run(options.keep or folder, options)


def run(folder: str, options: argparse.Namespace) -> None:
    socket = Path(tempfile.mkdtemp(prefix="desk-bench-valkey-")) / "valkey.sock"
    os.environ.update(DESK_VAR=folder, REDIS_URL=f"unix://{socket}?db=0", DJANGO_SETTINGS_MODULE="project.settings")
    from project.keys import generate_keys

    generate_keys()
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from tests.valkey import Valkey

    server = Valkey(socket)
    server.start()
    try:
        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        seconds = fill(options.tickets)
        print(f"\n### {connection.vendor}, {options.tickets:,} tickets ({seconds})", flush=True)
        prepared = prepare()
        connection.close()
        measure(prepared, options)
    finally:
        server.stop()


def fill(tickets: int) -> str:
    """Seed, unless the folder was kept; what to say of it."""
    from apps.tickets.models import Ticket
    from project.seeding import seed

    if Ticket.objects.exists():
        return "kept from an earlier run"
    started = time.monotonic()
    seed(tickets=tickets, tell=lambda done: None)
    return f"seeded in {time.monotonic() - started:.0f} s"


def prepare() -> dict[str, str]:
    """What the requests need: sessions, ids, a place deep in a list, and how many queries each page takes."""
    from apps.accounts.models import Department, User
    from apps.tickets.models import Ticket
    from apps.tickets.queries import Position

    agent = User.objects.get(username="bench-agent")
    clients = {"agent": signed_in("bench-agent"), "admin": signed_in("bench-admin")}
    mine = Ticket.objects.visible_to(agent).unmerged()
    closed = mine.filter(status="closed").order_by("-last_activity_at")
    deep = closed[min(100_000, closed.count() * 9 // 10)]
    ticket = mine.filter(status="active").order_by("-last_activity_at").first()
    assert ticket is not None
    prepared = {
        "department": str(Department.objects.filter(memberships__user=agent).order_by("pk").values_list("pk")[0][0]),
        "brand": str(ticket.brand_id),
        "deep": Position(deep.last_activity_at, deep.pk).code(),
        "ticket": str(ticket.pk),
        "rare": f"case{deep.pk}",
    }
    for name, client in clients.items():
        prepared[name] = client.cookies["desk_session"].value
    return prepared


def signed_in(name: str) -> Any:
    """A client of this person, signed in to the management interface."""
    from django.test import Client

    from apps.accounts.models import User
    from apps.accounts.sign_in import open_management

    user = User.objects.get(username=name)
    client = Client()
    client.force_login(user)
    session = client.session
    open_management(session, user)
    session.save()
    return client


def pages(known: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Each page that is measured: whose session, and its address."""
    views = ("my-active", "my-waiting", "follow-ups", "unassigned", "transferred", "open", "closed", "all")
    return {
        **{f"agent: {view}": ("agent", f"{LIST}?view={view}") for view in views},
        "agent: one department": ("agent", f"{LIST}?view=open&department={known['department']}"),
        "agent: closed, a deep page": ("agent", f"{LIST}?view=closed&after={known['deep']}"),
        "agent: closed, urgent, one brand": ("agent", f"{LIST}?view=closed&priority=urgent&brand={known['brand']}"),
        "agent: search, rare word": ("agent", f"{LIST}?q={known['rare']}"),
        "agent: search, common word": ("agent", f"{LIST}?q=delivery"),
        "agent: search, now and then": ("agent", f"{LIST}?q=refund"),
        "admin: all": ("admin", f"{LIST}?view=all"),
        "admin: search, rare word": ("admin", f"{LIST}?q={known['rare']}"),
        "admin: search, common word": ("admin", f"{LIST}?q=delivery"),
        "agent: ticket page": ("agent", f"{LIST}{known['ticket']}/change/"),
        "agent: first page": ("agent", "/management/"),
    }


def measure(known: dict[str, str], options: argparse.Namespace) -> None:
    """Print a line for each page at concurrency 1 and 16."""
    port = free_port()
    with web_processes(port, options.processes):
        print(HEADS)
        for name, (who, path) in pages(known).items():
            cookies = f"desk_session={known[who]}"
            line(name, get(path, port=port, cookies=cookies), port, options, queries(who, path))
        line("agent: reply", replies(known, port), port, options, "", answers=(200, 204, 302, 303))


def line(
    name: str, each: Requests, port: int, options: argparse.Namespace, queries: str, answers: tuple[int, ...] = (200,)
) -> None:
    for concurrency in (1, 16):
        send(port=port, each=each, requests=2 * concurrency, concurrency=concurrency, answers=answers)
        seen = send(port=port, each=each, requests=options.requests, concurrency=concurrency, answers=answers)
        numbers = f"{seen.rate:.0f} | {seen.p50:.0f} | {seen.p95:.0f} | {seen.p99:.0f} | {seen.bytes / 1000:.0f}"
        print(f"| {name} | {concurrency} | {numbers} | {queries} |", flush=True)


def queries(who: str, path: str) -> str:
    """How many queries the page takes, measured in this process; "+ 6": so many bound a search's time besides."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in(f"bench-{who}")
    client.get(path, headers={"host": "localhost"})
    with CaptureQueriesContext(connection) as captured:
        client.get(path, headers={"host": "localhost"})
    connection.close()
    bounds = sum(query["sql"].startswith(BOUNDS) for query in captured)
    return f"{len(captured) - bounds} + {bounds}" if bounds else str(len(captured))


def replies(known: dict[str, str], port: int) -> Requests:
    """Replies of the agent to many tickets in turn, each sent as the page sends it."""
    from django.db import connection
    from django.db.models import OuterRef, Subquery

    from apps.accounts.models import User
    from apps.tickets.models import Message, Ticket

    agent = User.objects.get(username="bench-agent")
    rows = Ticket.objects.visible_to(agent).unmerged().filter(status="waiting").order_by("-last_activity_at")
    newest = Message.objects.filter(ticket=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    tickets = cycle(list(rows.annotate(seen=Subquery(newest)).values_list("pk", "seen")[:500]))
    connection.close()
    token = csrf_token(f"http://localhost:{port}{LIST}{known['ticket']}/change/", known["agent"])
    cookies = f"desk_session={known['agent']}; csrftoken={token[0]}"
    numbers: Callable[[], int] = count().__next__

    def one() -> bytes:
        ticket, seen = next(tickets)
        form = {
            "csrfmiddlewaretoken": token[1],
            "kind": "reply",
            "text": f"Thank you, number {numbers()} is on its way.",
            "status": "waiting",
            "seen_message_id": str(seen),
            "client_id": str(uuid.uuid4()),
        }
        path = f"{LIST}{ticket}/reply/"
        return request("POST", path, port=port, cookies=cookies, body=urllib.parse.urlencode(form).encode())

    return one


def csrf_token(url: str, session: str) -> tuple[str, str]:
    """The cookie and the form's token that protect against forged requests."""
    asked = urllib.request.Request(url, headers={"Cookie": f"desk_session={session}"})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        cookie = re.search(r"csrftoken=(\w+)", str(answer.headers))
        field = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.read().decode())
    if cookie is None or field is None:
        raise RuntimeError(f"{url} has no form")
    return cookie[1], field[1]


@contextmanager
def web_processes(port: int, processes: int) -> Iterator[None]:
    """The web server as `make run` starts it."""
    environment = {**os.environ, "DESK_PORT": str(port), "DESK_WEB_PROCESSES": str(processes)}
    server = subprocess.Popen([sys.executable, "-m", "project.web"], env=environment)
    try:
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"http://localhost:{port}/healthz", timeout=2):
                    break
            except OSError:
                time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait(15)


if __name__ == "__main__":
    main()
