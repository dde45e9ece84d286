"""One row for each thing that can be found."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class TermsField(models.Field):
    """The tokens of a document as its database wants them: a `tsvector` on PostgreSQL, words in a text on SQLite.

    It is written by `apps.core.search.services` alone, and never read into Python.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "tsvector" if connection.vendor == "postgresql" else "text"

    def get_placeholder_sql(self, value: Any, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        sql, params = compiler.compile(value) if hasattr(value, "as_sql") else ("%s", (value,))
        return (f"{sql}::tsvector" if connection.vendor == "postgresql" else sql), params


class SearchDocument(models.Model):
    """A ticket, a message, a person… as the index knows it. The newest have the highest ids.

    `marks` are tokens that no text can hold: the scopes (`=d12`) and the kind (`@ticket`), with a space around each.
    The indexes over `terms` are made by a migration: GIN on PostgreSQL, the table `core_searchindex` (FTS5) on SQLite.
    """

    kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    group_id = models.BigIntegerField(db_index=True)
    marks = models.TextField()
    terms: Any = TermsField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="core_searchdocument_one_per_object")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
