"""Commands as the user can type them. Pure but for looking at how this program was started."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path


def command_line(*words: str) -> str:
    """Return the line that runs a management command from here, ready to be pasted."""
    python = Path(sys.executable)
    if python.is_relative_to(Path.cwd()):
        python = python.relative_to(Path.cwd())
    line = [str(python), "manage.py", *words]
    return subprocess.list2cmdline(line) if sys.platform == "win32" else shlex.join(line)
