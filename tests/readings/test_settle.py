"""From submissions to outcomes: who may write, and all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from django.db import DatabaseError, connection
from pytest_django import Settings

from readings import clock, ingest, store
from readings.device_requests import BUSY, settle_or_busy
from readings.ingest import settle
from readings.locks import bare_transaction, write_transaction
from readings.measurements import Measurement, Sequence, Submission
from readings.models import Latest, Reading
from readings.outcomes import Refused, Stored
from readings.removal import remove_sensor
from readings.times import now_ms
from readings.values import EARLIEST_MS, LATEST_MS
from stations import verbs
from stations.auth import StationCache
from stations.models import Sensor, Station
from stations.wire import Credentials
from tests.factories import TUTORIAL_KEY, make_sensor, make_station
from tests.readings.submissions import make_submission

pytestmark = pytest.mark.django_db

NEW_KEY = "the-new-key-of-the-attic"
START = 1_700_000_000_000


@pytest.fixture
def attic() -> Station:
    return make_station(name="Attic")


@pytest.fixture
def warm_cache(attic: Station) -> StationCache:
    """A cache that has seen the attic write."""
    cache = StationCache()
    assert settle(cache, [make_submission(attic, 1.0, field=9)])
    return cache


def _causes(outcomes: list[Stored | Refused]) -> list[str]:
    return [one.cause if isinstance(one, Refused) else "stored" for one in outcomes]


def _values() -> list[float]:
    return list(Reading.objects.exclude(sensor__field=9).values_list("value", flat=True))


def test_the_first_reading_makes_a_sensor_with_what_its_field_usually_is(attic: Station) -> None:
    settle(StationCache(), [make_submission(attic, field=field) for field in (1, 2, 3)])
    sensors = Sensor.objects.values_list("field", "quantity", "unit")
    assert list(sensors) == [(1, "temperature", "C"), (2, "humidity", "%"), (3, "other", "")]


def test_each_submission_gets_its_own_outcome_in_order(attic: Station) -> None:
    cellar = make_station(name="Cellar", api_key="cellar-key")
    bad = Submission(Credentials(TUTORIAL_KEY, attic.mac), refusal="bad data: number")
    outcomes = settle(
        StationCache(),
        [
            make_submission(attic),
            make_submission(cellar),
            bad,
            make_submission(cellar, key="cellar-key"),
        ],
    )
    assert _causes(outcomes) == ["stored", "wrong key", "bad value", "stored"]
    assert Reading.objects.count() == 2


def test_a_board_beyond_its_sensors_is_refused_and_its_others_go_on(
    attic: Station, settings: Settings
) -> None:
    settings.MAX_SENSORS_PER_STATION = 2
    outcomes = settle(StationCache(), [make_submission(attic, field=f) for f in (1, 2, 3, 1)])
    assert _causes(outcomes) == ["stored", "stored", "bad value", "stored"]
    assert attic.sensors.count() == 2


def test_a_revoked_key_is_refused_at_once_though_the_cache_is_warm(
    attic: Station, warm_cache: StationCache
) -> None:
    verbs.rotate_key(attic, NEW_KEY)
    verbs.end_old_key(attic.pk)
    assert _causes(settle(warm_cache, [make_submission(attic)])) == ["wrong key"]
    assert _values() == []


@pytest.mark.parametrize(
    ("revoke", "cause"),
    [
        (lambda: Station.objects.update(is_active=False), "inactive station"),
        (lambda: Station.objects.all().delete(), "unknown station"),
        (lambda: Station.objects.update(key_digest="0" * 64), "wrong key"),
    ],
)
def test_a_key_revoked_between_authentication_and_the_transaction_is_refused(
    attic: Station,
    warm_cache: StationCache,
    monkeypatch: pytest.MonkeyPatch,
    revoke: Callable[[], None],
    cause: str,
) -> None:
    _just_before_the_transaction(monkeypatch, revoke)
    assert _causes(settle(warm_cache, [make_submission(attic)])) == [cause]
    assert _values() == []


def _just_before_the_transaction(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[], None]
) -> None:
    changes = [change]

    def before(transaction: Callable[[], AbstractContextManager[None]]) -> None:
        @contextmanager
        def beaten() -> Iterator[None]:
            if changes:
                changes.pop()()
            with transaction():
                yield

        monkeypatch.setattr(ingest, transaction.__name__, beaten)

    before(bare_transaction)
    before(write_transaction)


def test_the_old_key_is_good_until_the_new_one_is_used(
    attic: Station, warm_cache: StationCache
) -> None:
    verbs.rotate_key(attic, NEW_KEY)
    old, new = make_submission(attic), make_submission(attic, key=NEW_KEY)
    outcomes = [settle(warm_cache, [one])[0] for one in (old, new, old, new)]
    assert _causes(outcomes) == ["stored", "stored", "wrong key", "stored"]


def test_a_resend_is_acknowledged_and_not_stored_again(
    attic: Station, warm_cache: StationCache
) -> None:
    """Its computed time jitters: only the sequence tells that it is the same reading."""
    first = make_submission(attic, 20.0, at=START, seq=Sequence("a", 5))
    again = make_submission(attic, 20.0, at=START + 700, seq=Sequence("a", 5))
    outcomes = [settle(warm_cache, [one])[0] for one in (first, again)]
    assert _causes(outcomes) == ["stored", "stored"]
    assert _values() == [20.0]


def test_a_resend_within_one_batch_is_stored_once(attic: Station) -> None:
    batch = [make_submission(attic, at=START + n, seq=Sequence("a", 5)) for n in range(3)]
    assert _causes(settle(StationCache(), batch)) == ["stored"] * 3
    assert len(_values()) == 1


def test_numbers_begin_anew_with_each_boot(attic: Station, warm_cache: StationCache) -> None:
    for value, boot, number in [(1.0, "a", 900), (2.0, "b", 1), (2.0, "b", 1), (3.0, "b", 2)]:
        at = START + int(value) * 60_000
        settle(warm_cache, [make_submission(attic, value, at=at, seq=Sequence(boot, number))])
    assert sorted(_values()) == [1.0, 2.0, 3.0]


def test_a_reading_without_a_sequence_forgets_none(
    attic: Station, warm_cache: StationCache
) -> None:
    numbered = make_submission(attic, 1.0, at=START, seq=Sequence("a", 1))
    settle(warm_cache, [numbered, make_submission(attic, 2.0, at=START + 60_000)])
    settle(warm_cache, [numbered])
    assert sorted(_values()) == [1.0, 2.0]


def test_each_sensor_has_a_sequence_of_its_own(attic: Station, warm_cache: StationCache) -> None:
    both = [make_submission(attic, field=field, seq=Sequence("a", 7)) for field in (1, 2)]
    settle(warm_cache, both)
    assert len(_values()) == 2


@pytest.mark.django_db(transaction=True)
def test_a_failing_database_stores_nothing_of_a_batch_and_asks_all_to_resend(
    attic: Station, warm_cache: StationCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise DatabaseError("disk I/O error")

    batch = [make_submission(attic, value) for value in (1.0, 2.0)]
    monkeypatch.setattr(store, "add_to_summaries", fail)
    assert settle_or_busy(warm_cache, batch) == [BUSY, BUSY]
    assert _values() == []
    assert not Latest.objects.filter(sensor__field=1).exists()


@pytest.mark.django_db(transaction=True)
def test_after_a_failure_the_same_batch_goes_through(
    attic: Station, warm_cache: StationCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise DatabaseError("disk full")

    batch = [make_submission(attic, field=field, seq=Sequence("a", 1)) for field in (1, 2)]
    with monkeypatch.context() as broken:
        broken.setattr(store, "upsert_latest", fail)
        settle_or_busy(warm_cache, batch)
    assert _causes(settle_or_busy(warm_cache, batch)) == ["stored", "stored"]
    assert len(_values()) == 2


@pytest.mark.django_db(transaction=True)
def test_a_new_sensor_among_known_ones_costs_nobody_a_reading(
    attic: Station, warm_cache: StationCache
) -> None:
    batch = [make_submission(attic, 1.0, field=9), make_submission(attic, 2.0, field=1)]
    assert _causes(settle(warm_cache, batch)) == ["stored", "stored"]
    assert sorted(Reading.objects.values_list("value", flat=True)) == [1.0, 1.0, 2.0]


@pytest.fixture
def cellar(warm_cache: StationCache) -> Station:
    """A station that the warm cache has seen write, too."""
    cellar = make_station(name="Cellar", mac="5c:cf:7f:0a:1b:2d")
    settle(warm_cache, [make_submission(cellar, field=9)])
    return cellar


def _revoke(station: Station) -> None:
    Station.objects.filter(pk=station.pk).update(is_active=False)


@pytest.mark.django_db(transaction=True)
def test_a_new_sensor_lets_nobody_in_who_was_revoked_meanwhile(
    attic: Station, cellar: Station, warm_cache: StationCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    _just_before_the_transaction(monkeypatch, lambda: _revoke(cellar))
    batch = [make_submission(cellar, 1.0, field=9), make_submission(attic, 2.0, field=4)]
    assert _causes(settle(warm_cache, batch)) == ["inactive station", "stored"]


@pytest.mark.django_db(transaction=True)
def test_a_sensor_removed_meanwhile_lets_nobody_in_who_was_revoked_with_it(
    attic: Station, cellar: Station, warm_cache: StationCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Making it anew begins another transaction, and what the first found out must hold."""

    def change() -> None:
        _revoke(cellar)
        remove_sensor(Sensor.objects.get(station=attic).pk)

    _just_before_the_transaction(monkeypatch, change)
    batch = [make_submission(cellar, 1.0, field=9), make_submission(attic, 2.0, field=9)]
    assert _causes(settle(warm_cache, batch)) == ["inactive station", "stored"]


@pytest.mark.django_db(transaction=True)
def test_a_time_that_is_taken_lets_nobody_in_who_was_revoked_meanwhile(
    attic: Station, cellar: Station, warm_cache: StationCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It begins the transaction anew, and what was found out in the first must hold."""
    settle(warm_cache, [make_submission(attic, 1.0, at=START)])
    warm_cache.refresh()  # it knows the attic's new sensor
    _just_before_the_transaction(monkeypatch, lambda: _revoke(cellar))
    batch = [make_submission(cellar, 2.0, field=9), make_submission(attic, 3.0, at=START)]
    assert _causes(settle(warm_cache, batch)) == ["inactive station", "stored"]
    assert sorted(_values()) == [1.0, 3.0]


@pytest.mark.django_db(transaction=True)
def test_a_key_that_ends_a_rotation_is_settled_with_its_batch(
    attic: Station, warm_cache: StationCache
) -> None:
    verbs.rotate_key(attic, NEW_KEY)
    batch = [make_submission(attic, 1.0), make_submission(attic, 2.0, key=NEW_KEY)]
    assert _causes(settle(warm_cache, batch)) == ["stored", "stored"]
    assert sorted(_values()) == [1.0, 2.0]
    assert _causes(settle(warm_cache, [make_submission(attic)])) == ["wrong key"]


def test_what_a_unit_makes_too_large_is_refused_alone(attic: Station) -> None:
    """Else the database's own check would fail every reading of the batch, for ever."""
    make_sensor(attic, field=3, quantity="pressure", unit="inHg")
    outcomes = settle(
        StationCache(), [make_submission(attic, 1e12, field=3), make_submission(attic, 20.0)]
    )
    assert outcomes[0] == Refused(400, "bad data: too large", "bad value", "Attic")
    assert _values() == [20.0]


def test_of_a_batch_that_is_refused_nothing_is_stored(attic: Station) -> None:
    """Its first field is read before the second is found to be wrong."""
    make_sensor(attic, field=3, quantity="pressure", unit="inHg")
    now = now_ms()
    found = (Measurement(1, 1.0, now), Measurement(1, 2.0, now - 1), Measurement(3, 1e12, now))
    batch = Submission(Credentials(TUTORIAL_KEY, attic.mac), found)
    outcomes = settle(StationCache(), [batch, make_submission(attic, 20.0)])
    assert _causes(outcomes) == ["bad value", "stored"]
    assert _values() == [20.0]


def test_a_batch_of_alternating_fields_is_stored_whole(attic: Station) -> None:
    now = now_ms()
    found = tuple(Measurement(1 + n % 3, float(n), now - n * 1_000, True) for n in range(90))
    batch = Submission(Credentials(TUTORIAL_KEY, attic.mac), found)
    assert settle(StationCache(), [batch]) == [Stored(attic.pk, "Attic", found)]
    stored = Reading.objects.values_list("sensor__field", "value", "measured_at")
    assert sorted(stored) == sorted(one[:3] for one in found)


def test_what_is_too_long_ago_for_the_database_is_refused_alone(attic: Station) -> None:
    batch = [make_submission(attic, 1.0, at=EARLIEST_MS - 1), make_submission(attic, 20.0)]
    assert settle(StationCache(), batch)[0] == Refused(400, "bad time", "bad value", "Attic")
    assert _values() == [20.0]


@pytest.mark.parametrize("now", [0, EARLIEST_MS - 1, LATEST_MS])
def test_a_server_whose_clock_is_not_set_asks_boards_to_resend(
    attic: Station, monkeypatch: pytest.MonkeyPatch, now: int
) -> None:
    monkeypatch.setattr(clock, "now_ms", lambda: now)
    clock.forget()
    outcome = settle_or_busy(StationCache(), [make_submission(attic)])[0]
    assert outcome == Refused(503, "server clock wrong", "the server's clock cannot be right")
    assert _values() == []


def test_when_nobody_may_write_the_write_lock_is_not_asked_for(
    attic: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(ingest, "bare_transaction")
    refused = settle(StationCache(), [make_submission(attic, key="guessed")])
    assert _causes(refused) == ["wrong key"]


def test_a_batch_asks_the_database_no_more_for_more_readings(
    attic: Station, warm_cache: StationCache
) -> None:
    for _ in range(2):  # the first makes the sensor, the second reads it into the cache
        settle(warm_cache, [make_submission(attic)])
    counts = []
    for size in (1, 50):
        connection.queries_log.clear()
        connection.force_debug_cursor = True
        settle(
            warm_cache, [make_submission(attic, at=START + size * 10**6 + n) for n in range(size)]
        )
        connection.force_debug_cursor = False
        counts.append(len(connection.queries))
    assert counts[0] == counts[1]
