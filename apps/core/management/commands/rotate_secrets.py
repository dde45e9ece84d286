from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.rotation import rotate


class Command(BaseCommand):
    help = "Writes every stored secret anew under the first key of DESK_FIELD_KEYS, so that older keys can go."

    def handle(self, *args: Any, **options: Any) -> None:
        results = list(rotate())
        for result in results:
            self.stdout.write(f"{result.name}: {result.rewritten} rewritten, {result.unreadable} unreadable")
        if any(result.unreadable for result in results):
            raise CommandError(
                "Some secrets are under none of the keys. Put their key back into DESK_FIELD_KEYS and run this "
                "again, or enter the secrets anew; a version that is unreadable brings back an empty secret."
            )
        self.stdout.write("Every secret is under the newest key.")
