"""The adviser: when to open the windows and turn on the fans.

`terms`, `window`, `fold`, `forecast`, `skill` and `advise` are pure; `past` and `now` read;
`pairs` and `rounds`, the watcher's part, write. The functions here are for other modules.
"""

from alerts.advice.now import all_current, changes_since, current

__all__ = ("all_current", "changes_since", "current")
