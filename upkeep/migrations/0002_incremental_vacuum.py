from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def let_the_file_shrink(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Keep the books that free pages need to go back to the disk in small steps.

    Not among the pragmas of each connection: there it would take the write lock each time.
    """
    connection = schema_editor.connection
    # All migrations in one transaction: `upkeep.migration` does it afterwards.
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("PRAGMA auto_vacuum=INCREMENTAL")
            cursor.execute("VACUUM")  # what makes it true of a file that has pages already


class Migration(migrations.Migration):

    atomic = False  # VACUUM takes no transaction

    dependencies = [
        ('upkeep', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(let_the_file_shrink, migrations.RunPython.noop),
    ]
