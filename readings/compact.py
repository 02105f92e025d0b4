"""Tables stored as their primary key's own tree, in SQLite's terms WITHOUT ROWID."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_SQLITE_DDL = "CREATE TABLE %(table)s (%(definition)s) WITHOUT ROWID"


class CreateCompactModel(migrations.CreateModel):
    """`CreateModel` whose rows need no second index: 20-27 bytes a reading where
    Django's default table takes 100. Other engines get the ordinary table.

    The key's columns come first: where they do not, the integrity check of SQLite 3.40,
    which is Debian 12's, finds NULL values that are none.

    SQLite migrations that alter such a table copy it into an ordinary one:
    `tests/readings/test_migrations.py` fails then.
    """

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        ordinary = schema_editor.sql_create_table
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.sql_create_table = _SQLITE_DDL
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        finally:
            schema_editor.sql_create_table = ordinary
