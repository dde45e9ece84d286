import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.tickets.models import Ticket
from project.seeding import seed


class Command(BaseCommand):
    help = "Fills an installation without tickets with synthetic ones, three messages each, to measure with."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tickets", type=int, required=True)
        parser.add_argument("--add", action="store_true", help="also where there are tickets already")

    def handle(self, *args: Any, tickets: int, add: bool, **options: Any) -> None:
        if tickets < 1:
            raise CommandError("Ask for at least one ticket.")
        if not add and Ticket.objects.exists():
            raise CommandError("There are tickets already. Use an installation of its own, or --add.")
        started = time.monotonic()

        def tell(done: int) -> None:
            if done % 20_000 == 0 or done == tickets:
                self.stdout.write(f"{done:,} of {tickets:,} tickets, {time.monotonic() - started:.0f} s")

        seed(tickets=tickets, tell=tell)
