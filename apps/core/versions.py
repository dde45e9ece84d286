"""First versions of rows that no form made: of imports, services, the demo."""

from collections.abc import Iterable
from contextvars import Context

import reversion
from django.db import models
from reversion.models import Version


def keep_first_versions(rows: Iterable[models.Model], *, comment: str) -> None:
    """Keep a version of each row, as the database has it, that has none yet, so that it can be brought back.

    Bringing back a version brings back its whole revision, so each row has one of its own; and one of its own too
    where a revision is open, which would forget rows that are deleted before it ends.
    """
    for row in rows:
        if not Version.objects.get_for_object(row).exists():
            Context().run(_keep, row, comment)  # reversion knows of its open revisions by context


def _keep(row: models.Model, comment: str) -> None:
    with reversion.create_revision():
        reversion.set_comment(comment)
        reversion.add_to_revision(row)
