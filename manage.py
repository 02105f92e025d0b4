#!/usr/bin/env python
"""Django's command line for this server."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iotserver.settings")
    os.umask(0o077)  # database, secrets and backups are for their owner alone
    if sys.argv[1:2] == ["doctor"]:  # has to speak up even when Django cannot
        from upkeep.doctor.preflight import stop_unless_django_starts

        stop_unless_django_starts(sys.argv)

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
