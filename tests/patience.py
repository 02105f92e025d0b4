"""How long a test waits for what is to happen.

It costs time only where a test fails, and a machine that is slow, or busy with other things, is
no failure: what takes a second on one has taken a minute on another. So there is one number for
all, and it is a long one. What a test wants to see run out has a short one of its own.
"""

from __future__ import annotations

PATIENCE_S = 300
PATIENCE_MS = PATIENCE_S * 1_000
