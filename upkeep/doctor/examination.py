"""The whole examination, in an order that lets a broken part not hide behind another."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings

from upkeep.doctor import configuration, database, folder, household, preflight, service
from upkeep.doctor.findings import Check, Finding, examine, is_well, warning

_MACHINE: Sequence[Check] = (
    preflight.python,
    preflight.packages,
    database.sqlite_version,
    configuration.clock,
    configuration.time_zone,
    configuration.env_file,
    configuration.choices,
    configuration.reachability,
    configuration.system_checks,
    folder.data_folder,
    folder.secrets,
    folder.disk_space,
    folder.file_system,
    folder.static_files,
    folder.first_password,
    service.answering,
)
_CONTENT: Sequence[Check] = (
    database.writing,
    service.watcher,
    service.tasks,
    household.admin,
    household.stations,
    household.units,
    household.summary_sample,
)


def examination() -> list[Finding]:
    """Look at everything; what needs the database only when that is fit to be asked."""
    findings = list(examine(_MACHINE))
    for checks in (_opening(), (database.connection_settings,), (database.migrations,), _CONTENT):
        found = list(examine(checks))
        findings += found
        if not is_well(found):
            break
    else:
        return findings
    if checks is not _CONTENT:
        findings.append(
            warning("What is in the database was not looked at.", "Mend the database first.")
        )
    return findings


def _opening() -> Sequence[Check]:
    is_sqlite = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    return (database.sqlite_file,) if is_sqlite else ()
