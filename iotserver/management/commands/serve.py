"""`manage.py serve`: everything a household needs, in the foreground."""

from __future__ import annotations

import logging
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError
from django.db import DatabaseError, connection

from iotserver import catalogues, children, static_files
from iotserver.first_run import read_or_create
from iotserver.listening import objection_in_the_end
from iotserver.log_formats import is_journal
from iotserver.supervisor import Supervisor
from readings import clock, damage, faults
from stations.address import server_url
from stations.commands import QuickCommand
from upkeep import integrity, running, space
from upkeep.migration import migrate

logger = logging.getLogger(__name__)

ADMIN_NAME = "admin"
_CHECK_WITHIN_S = 5  # 1 GB on a PC
_AGAIN_S = 5

T = TypeVar("T")


class Command(QuickCommand):
    help = "Prepare the database and run the web server and the watcher until Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        if complaint := objection_in_the_end(settings.HOST, settings.PORT):
            raise CommandError(complaint)
        when_possible(running.hold)
        when_possible(static_files.gather)
        when_possible(compile_translations)
        password = None if when_possible(is_damaged) else when_possible(prepare)
        self._welcome(password)
        code = Supervisor(children.web, children.watcher).run()
        space.fold_in_the_log()  # forks end without closing what they have open
        sys.exit(code)

    def _welcome(self, password: str | None) -> None:
        self.stdout.write(f"\n  Dashboard   {server_url()}/")
        self.stdout.write(f"  Admin       {server_url()}/admin/")
        if password:
            self.stdout.write(f"\n  Sign in as  {ADMIN_NAME}")
            if is_journal():  # kept for years, for more eyes than the administrator's
                self.stdout.write(f"  Password    in {settings.ADMIN_PASSWORD_FILE}")
            else:
                self.stdout.write(f"  Password    {password}")
                self.stdout.write(f"  (shown this once; also in {settings.ADMIN_PASSWORD_FILE})")
        self.stdout.write(f"\n  Data in     {settings.DATA_DIR}\n  Stop with   Ctrl-C\n")
        self.stdout.flush()


def compile_translations() -> None:
    """Make what gettext reads of the .po files, anew: a power cut may have left them empty."""
    catalogues.compile_all(settings.BASE_DIR / "locale", Path(settings.LOCALE_PATHS[0]))


def is_damaged() -> bool:
    """Look at the database first: a damaged one is not migrated, yet the server says so."""
    integrity.look(_CHECK_WITHIN_S)  # the watcher goes on where time ran out
    return damage.is_marked()


def when_possible(work: Callable[[], T]) -> T:
    """Do the work, again and again while the disk cannot take it."""
    told = ""
    while True:
        try:
            return work()
        except (DatabaseError, sqlite3.Error, OSError) as error:
            fault = faults.notice(error)
            if fault is None or damage.is_marked():
                raise
            if fault.text != told:
                logger.error("The server cannot start yet. %s", fault.text)
            told = fault.text
            connection.close()
            time.sleep(_AGAIN_S)


def prepare() -> str | None:
    """Bring the database up to date; return the password of a first admin."""
    migrate()
    clock.remember_newest()
    return create_first_admin()


def create_first_admin() -> str | None:
    """Create the admin with a generated password when there is no user at all."""
    users = get_user_model()._default_manager
    if users.exists():
        return None
    password = read_or_create(settings.ADMIN_PASSWORD_FILE, 12)
    users.create_superuser(ADMIN_NAME, password=password)
    return password
