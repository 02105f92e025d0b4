"""Old events go, and what is still wrong stays on the list."""

from __future__ import annotations

import pytest

from alerts import listing, news, pruning
from alerts.models import Condition, Delivery, Event, Kind
from alerts.news import Found, News
from readings.times import DAY_MS, now_ms
from tests.factories import make_channel

pytestmark = pytest.mark.django_db


def _publish(cause: str = "silence:1", *, is_raised: bool = True, days_ago: int = 91) -> Event:
    at = now_ms() - days_ago * DAY_MS
    condition = Condition.objects.filter(cause=cause).first() or Condition(cause=cause)
    found = Found()
    details = {"station": "Pool", "since": at, "lasted_s": 60}
    found.add(condition, News(cause, Kind.SILENCE, is_raised, at, details))
    (event,) = news.publish([found], at)
    return event


def _kept() -> list[Event]:
    return list(Event.objects.order_by("id"))


def _is_listed() -> bool:
    return len(listing.standing("C", for_operator=False)) == 1


def test_what_is_over_goes_after_90_days_and_its_deliveries_with_it() -> None:
    make_channel()
    _publish(days_ago=92)
    _publish(is_raised=False)
    assert pruning.prune() == "2 old alerts deleted."
    assert not Event.objects.exists() and not Delivery.objects.exists()


def test_what_is_younger_stays() -> None:
    events = [_publish(days_ago=89), _publish(is_raised=False, days_ago=88)]
    pruning.prune()
    assert _kept() == events


def test_what_is_still_wrong_stays_on_the_list_however_old() -> None:
    _publish()
    pruning.prune()
    assert _is_listed()


def test_of_what_is_still_wrong_the_newest_beginning_alone_stays() -> None:
    _publish(days_ago=93)
    _publish(is_raised=False, days_ago=92)
    began = _publish(days_ago=91)
    pruning.prune()
    assert _kept() == [began]


def test_beyond_so_many_the_oldest_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "_AT_MOST", 1)
    _publish(days_ago=3)
    over = _publish(is_raised=False, days_ago=2)
    pruning.prune()
    assert _kept() == [over]


def test_what_is_still_wrong_stays_though_there_are_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pruning, "_AT_MOST", 1)
    _publish(days_ago=3)
    _publish("silence:2", days_ago=2)
    _publish("silence:2", is_raised=False, days_ago=1)
    pruning.prune()
    assert _is_listed()
