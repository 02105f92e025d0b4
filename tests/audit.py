"""`make audit`: is any locked dependency known to be vulnerable?

pip-audit ends well with "No known vulnerabilities" also when it could look nothing up.
Here only what was really looked up counts: exit code 1 for a vulnerability, 2 when it is unknown.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

_COMMAND = ["--requirement", "requirements.lock", "--disable-pip", "--no-deps", "--format=json"]


def main() -> int:
    audit = [sys.executable, "-m", "pip_audit", "--progress-spinner=off", *_COMMAND, *sys.argv[1:]]
    done = subprocess.run(audit, capture_output=True, text=True)
    try:
        dependencies = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        sys.stderr.write(f"{done.stderr}\nNothing could be looked up. Is the network there?\n")
        return 2
    code, text = verdict(dependencies)
    sys.stderr.write(text)
    return code


def verdict(dependencies: list[dict[str, Any]]) -> tuple[int, str]:
    """Return the exit code and what to tell, from pip-audit's list of dependencies."""
    bad = [f"{one['name']}: {hole['id']}" for one in dependencies for hole in one.get("vulns", ())]
    unknown = [one["name"] for one in dependencies if "skip_reason" in one]
    if bad:
        return 1, "\n".join(["Known to be vulnerable; update and run make lock:", *bad, ""])
    if unknown or not dependencies:
        return 2, f"{len(unknown)} could not be looked up, so nothing is known: {unknown}\n"
    return 0, f"{len(dependencies)} dependencies looked up, none known to be vulnerable.\n"


if __name__ == "__main__":
    raise SystemExit(main())
