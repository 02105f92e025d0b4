"""The watcher's part: carries each pair's fold on to now, and keeps what came of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from alerts.advice import past, skill
from alerts.advice.advise import is_waited_for
from alerts.advice.fold import State, fold
from alerts.advice.forecast import Outlook, outlook
from alerts.advice.models import AdviceChange, AdviceForecast, AdvisedPair
from alerts.advice.pairs import sync
from alerts.advice.skill import Said
from alerts.advice.terms import Terms
from readings import queries
from readings.locks import write_transaction
from readings.times import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

logger = logging.getLogger("alerts.advice")

# A minute is looked at once what was measured in it has arrived.
_SETTLED_MS = 5 * SECOND_MS
# A new pair begins so far back: it knows at once since when, and how right its forecasts are.
WARM_UP_MS = skill.OVER_DAYS * DAY_MS
_CHUNK_MS = DAY_MS
_KEEP_FORECASTS_MS = 2 * WARM_UP_MS
_NO_NEWS_MS = DAY_MS


def go_on(now: int) -> None:
    """Carry every pair on to `now`, in milliseconds. One that fails does not stop the others."""
    for pair in sync(queries.stations_for_dashboard(), now):
        try:
            advance(pair, now)
        except Exception:
            logger.exception("%s: the advice could not be worked out; the next round tries.", pair)


def advance(pair: AdvisedPair, now: int) -> None:
    """Fold the minutes that have passed, a day at a time, each kept before the next."""
    until = (now - _SETTLED_MS) // MINUTE_MS * MINUTE_MS
    state: State | None = _begin(pair, until)
    while state is not None and state.at < until:
        end = min(state.at + _CHUNK_MS, until)
        state = _Stretch(pair, state, end, now).keep(is_last=end == until)


def _begin(pair: AdvisedPair, until: int) -> State:
    if pair.memory is not None:
        state = State.restored(pair.memory)
        if until - WARM_UP_MS <= state.at <= until + HOUR_MS:
            return state
    pair.forecasts.all().delete()
    return State(at=(until - WARM_UP_MS) // HOUR_MS * HOUR_MS)


class _Stretch:
    """Some minutes of a pair, and what comes of them."""

    def __init__(self, pair: AdvisedPair, state: State, until: int, now: int) -> None:
        self._pair, self._before, self._until, self._now = pair, state, until, now
        self._terms = Terms.restored(pair.terms)
        self._hours: dict[int, float] | None = None
        self._changes: list[AdviceChange] = []
        rows = pair.forecasts.filter(is_judged=False)
        self._waiting = [Said(row.made_at, row.expected_at) for row in rows]
        self._said: list[Said] = []
        self._judged: list[Said] = []

    def keep(self, *, is_last: bool) -> State | None:
        """Fold and write down in one transaction; return the state at the end.

        None, and nothing is kept, when the terms are no longer those of the fold.
        """
        state = self._before
        for state in self._states():  # noqa: B007
            pass
        with write_transaction():
            if not self._is_wanted():
                return None  # kept, it would pass for a fold on the new terms
            self._keep_forecasts(state)
            self._tell_changes(state, is_last)
            pair = self._pair
            pair.memory = state._asdict()
            pair.outlook = self._outlook(state)
            pair.save(update_fields=["memory", "outlook", "errors", "told_until"])
        return state

    def _is_wanted(self) -> bool:
        found = AdvisedPair.objects.filter(pk=self._pair.pk).first()
        return found is not None and found.terms == self._pair.terms

    def _states(self) -> Iterator[State]:
        since, before = self._before.at + MINUTE_MS, self._before
        minutes = range(since, self._until + 1, MINUTE_MS)
        windows = past.windows(self._pair, since, self._until)
        recent_max = past.recent_max(self._pair, since, self._until)
        for state in fold(before, windows, minutes, self._terms, recent_max):
            if state.is_open != before.is_open:
                self._changes.append(self._change(state))
            if self._waiting:
                self._waiting, judged = skill.judge(self._waiting, state)
                self._judged += judged
            if state.at % HOUR_MS == 0 and (found := self._forecast(state)):
                self._waiting.append(Said(found.made_at, found.expected_at))
                self._said.append(self._waiting[-1])
            before = state
            yield state

    def _change(self, state: State) -> AdviceChange:
        return AdviceChange(
            pair=self._pair,
            happened_at=state.at,
            is_open=state.is_open,
            inside=state.inside,
            outside=state.outside,
        )

    def _forecast(self, state: State) -> Outlook | None:
        difference = state.difference
        if difference is None or not is_waited_for(state, self._terms):
            return None
        if self._hours is None:
            self._hours = past.hourly_differences(self._pair, self._before.at, self._until)
        return outlook(state.at, difference, state.trail, self._hours)

    def _outlook(self, state: State) -> tuple[object, ...] | None:
        found = self._forecast(state)
        return tuple(found) if found else None

    def _tell_changes(self, state: State, is_last: bool) -> None:
        """Write down what is news: a past that is replayed was told before, or is long gone."""
        pair = self._pair
        told_until = max(min(pair.told_until, self._now), self._now - _NO_NEWS_MS)
        news = [change for change in self._changes if change.happened_at > told_until]
        last = pair.changes.order_by("happened_at").last()
        was_open = last.is_open if last else False
        if is_last and (news[-1].is_open if news else was_open) != state.is_open:
            news.append(self._change(state))  # on other terms it came out otherwise
        AdviceChange.objects.bulk_create(news, ignore_conflicts=True)
        pair.told_until = max(min(pair.told_until, self._now), state.at)

    def _keep_forecasts(self, state: State) -> None:
        pair = self._pair
        rows = [
            AdviceForecast(pair=pair, made_at=said.made_at, expected_at=said.expected_at)
            for said in self._said
        ]
        AdviceForecast.objects.bulk_create(rows, ignore_conflicts=True)
        for said in self._judged:
            pair.forecasts.filter(made_at=said.made_at).update(is_judged=True, came_at=said.came_at)
        if self._judged:
            pair.forecasts.filter(made_at__lt=state.at - _KEEP_FORECASTS_MS).delete()
            recent = pair.forecasts.filter(is_judged=True, made_at__gte=state.at - WARM_UP_MS)
            pair.errors = skill.accuracy(
                [Said(row.made_at, row.expected_at, row.came_at) for row in recent]
            )
