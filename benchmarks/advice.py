"""How late, how often and how well the adviser advises, over years of believable weather.

    .venv/bin/python -m benchmarks.advice [--seeds 1959 7 3]

Each seed is the weather of another year, with heat waves, noise, gaps and wild values.
"""

from __future__ import annotations

import argparse
import os
from itertools import pairwise
from statistics import median


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1959, 7, 3])
    seeds = parser.parse_args().seeds
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    for seed in seeds:
        _report(seed)


def _report(seed: int) -> None:
    from readings.times import MINUTE_MS
    from tests.alerts.advice.replay import TERMS, errors_by_lead, late_minutes, replay_year

    replay = replay_year(seed)
    late = late_minutes(replay)
    stays = [(b.at - a.at) / MINUTE_MS for a, b in pairwise(replay.changes)]
    print(
        f"seed {seed}: {len(replay.changes)} changes, {len(replay.opened)} of them to open,"
        f" {sum(stay < TERMS.dwell_min for stay in stays)} flaps,"
        f" late by {median(late):.0f} min in the median, {late[-1]:.0f} at most"
    )
    for lead, errors in errors_by_lead(replay, 3, 18).items():
        two_of_three = errors[len(errors) * 2 // 3]
        print(
            f"  {len(errors)} forecasts up to {lead} h ahead: error {median(errors):.0f} min in the"
            f" median, two of three within {two_of_three:.0f}"
        )
    vain = sum(said.expected_at is not None and said.came_at is None for said in replay.judged)
    missed = sum(said.expected_at is None and said.came_at is not None for said in replay.judged)
    print(f"  {vain} of {len(replay.judged)} came to nothing, {missed} turns were not expected")


if __name__ == "__main__":
    main()
