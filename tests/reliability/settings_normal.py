"""The product's settings with the weaker promise that it does not make: synchronous=NORMAL.

For the test that tells the two apart. SQLite then commits without waiting for the disk.
"""

from iotserver.settings import *  # noqa: F403
from iotserver.settings import DATABASES

_options = DATABASES["default"]["OPTIONS"]
_options["init_command"] = _options["init_command"].replace(
    "synchronous=FULL", "synchronous=NORMAL"
)
