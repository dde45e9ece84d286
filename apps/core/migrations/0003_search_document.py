import apps.core.search.models
from django.db import migrations, models

POSTGRESQL = "CREATE INDEX core_searchdocument_terms ON core_searchdocument USING gin (terms) WITH (fastupdate = off)"
POSTGRESQL_BACK = "DROP INDEX core_searchdocument_terms"
# A later migration that makes SQLite rebuild the table has to make the triggers again.
SQLITE = [
    """
    CREATE VIRTUAL TABLE core_searchindex USING fts5(
        terms, marks, content='core_searchdocument', content_rowid='id', columnsize=0,
        prefix='1 2', tokenize="ascii tokenchars '=@'"
    )
    """,
    """
    CREATE TRIGGER core_searchindex_insert AFTER INSERT ON core_searchdocument BEGIN
        INSERT INTO core_searchindex (rowid, terms, marks) VALUES (new.id, new.terms, new.marks);
    END
    """,
    """
    CREATE TRIGGER core_searchindex_delete AFTER DELETE ON core_searchdocument BEGIN
        INSERT INTO core_searchindex (core_searchindex, rowid, terms, marks)
        VALUES ('delete', old.id, old.terms, old.marks);
    END
    """,
    """
    CREATE TRIGGER core_searchindex_update AFTER UPDATE ON core_searchdocument
    WHEN old.terms IS NOT new.terms OR old.marks IS NOT new.marks BEGIN
        INSERT INTO core_searchindex (core_searchindex, rowid, terms, marks)
        VALUES ('delete', old.id, old.terms, old.marks);
        INSERT INTO core_searchindex (rowid, terms, marks) VALUES (new.id, new.terms, new.marks);
    END
    """,
]
SQLITE_BACK = [
    "DROP TRIGGER core_searchindex_insert",
    "DROP TRIGGER core_searchindex_delete",
    "DROP TRIGGER core_searchindex_update",
    "DROP TABLE core_searchindex",
]


def make_index(apps, schema_editor):
    _run(schema_editor, [POSTGRESQL], SQLITE)


def drop_index(apps, schema_editor):
    _run(schema_editor, [POSTGRESQL_BACK], SQLITE_BACK)


def _run(schema_editor, postgresql, sqlite):
    for statement in postgresql if schema_editor.connection.vendor == "postgresql" else sqlite:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_idempotency_record"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("object_id", models.BigIntegerField()),
                ("group_id", models.BigIntegerField(db_index=True)),
                ("marks", models.TextField()),
                ("terms", apps.core.search.models.TermsField()),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "object_id"), name="core_searchdocument_one_per_object")
                ],
            },
        ),
        migrations.RunPython(make_index, drop_index),
    ]
