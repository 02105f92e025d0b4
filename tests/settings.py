"""The product's settings, with a data folder that the test run throws away."""

import atexit
import os
import shutil
import tempfile
from typing import Any

_data_dir = tempfile.mkdtemp(prefix="iotserver-tests-")
atexit.register(shutil.rmtree, _data_dir, ignore_errors=True)
os.environ["DATA_DIR"] = _data_dir
os.environ["TIME_ZONE"] = "Europe/Berlin"
os.environ.pop("PUBLIC_DASHBOARD", None)

from iotserver import catalogues  # noqa: E402
from iotserver.settings import *  # noqa: E402, F403
from iotserver.settings import BASE_DIR, DATABASES, LOCALE_PATHS, STORAGES  # noqa: E402

catalogues.compile_all(BASE_DIR / "locale", LOCALE_PATHS[0])

# A file, as in a household: threads and processes of a test share it.
_test: dict[str, Any] = {"NAME": os.path.join(_data_dir, "test.sqlite3")}  # noqa: PTH118
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = _test

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# The product's own is slow on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
