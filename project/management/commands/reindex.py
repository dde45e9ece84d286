from typing import Any

from django.core.management.base import BaseCommand

from apps.tickets.indexing import index_everything


class Command(BaseCommand):
    help = "Fills the search index anew, for example after a move from SQLite to PostgreSQL."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{index_everything():,} documents can be found.")
