"""The admin pages of the adviser."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from alerts.advice.models import AdviceChange, AdvisedPair, Adviser
from readings.times import now_ms
from stations.models import Sensor
from tests.factories import make_readings, make_station

pytestmark = pytest.mark.django_db

_ADD = reverse("admin:alerts_adviser_add")


@pytest.fixture
def pair() -> tuple[Sensor, Sensor]:
    inside = make_readings(make_station(name="Attic"), [26.0])
    return inside, make_readings(make_station(name="Garden", placement="outdoor"), [22.0])


def _form(pair: tuple[Sensor, Sensor], **changed: Any) -> dict[str, Any]:
    return {
        "inside": pair[0].pk,
        "outside": pair[1].pk,
        "is_active": "on",
        "comfort": 23.5,
        "open_margin": 1.0,
        "close_margin": 0.3,
        "season": 18.0,
        "dwell_min": 20,
        "quiet_from": "",
        "quiet_until": "",
    } | changed


def _errors(client: Client, form: dict[str, Any]) -> dict[str, list[str]]:
    response = client.post(_ADD, form)
    assert response.status_code == 200, "it was taken"
    errors: dict[str, list[str]] = response.context["adminform"].form.errors
    return errors


def test_an_adviser_is_chosen_and_counts_at_once(
    admin_client: Client, pair: tuple[Sensor, Sensor]
) -> None:
    response = admin_client.post(_ADD, _form(pair))
    assert response.status_code == 302
    assert Adviser.objects.get().terms.comfort == 23.5
    assert AdvisedPair.objects.get(is_current=True).terms["comfort"] == 23.5


def test_taking_it_away_brings_the_default_back_at_once(
    admin_client: Client, pair: tuple[Sensor, Sensor]
) -> None:
    admin_client.post(_ADD, _form(pair))
    url = reverse("admin:alerts_adviser_delete", args=[Adviser.objects.get().pk])
    admin_client.post(url, {"post": "yes"})
    assert AdvisedPair.objects.get(is_current=True).terms["comfort"] == 22.0


def test_only_thermometers_are_offered(admin_client: Client, pair: tuple[Sensor, Sensor]) -> None:
    make_readings(pair[0].station, [40.0], field=2)
    page = admin_client.get(_ADD).content.decode()
    assert "Attic Temperature" in page
    assert "Attic Relative humidity" not in page


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        (
            {"close_margin": 1.0},
            "close_margin",
            "Choose less than the margin to open, or it would waver.",
        ),
        ({"quiet_from": "22:00"}, "quiet_until", "Give both ends of the quiet hours, or none."),
        ({"dwell_min": 121}, "dwell_min", "Ensure this value is less than or equal to 120."),
    ],
)
def test_what_cannot_work_is_explained(
    admin_client: Client,
    pair: tuple[Sensor, Sensor],
    changed: dict[str, Any],
    field: str,
    sentence: str,
) -> None:
    assert _errors(admin_client, _form(pair, **changed)) == {field: [sentence]}


def test_a_thermometer_is_not_compared_with_itself(
    admin_client: Client, pair: tuple[Sensor, Sensor]
) -> None:
    errors = _errors(admin_client, _form(pair, outside=pair[0].pk))
    assert errors == {"outside": ["Choose another thermometer than the one inside."]}


def test_the_list_names_both(admin_client: Client, pair: tuple[Sensor, Sensor]) -> None:
    Adviser.objects.create(inside=pair[0], outside=pair[1])
    page = admin_client.get(reverse("admin:alerts_adviser_changelist")).content.decode()
    assert "Attic Temperature" in page and "Garden Temperature" in page


def test_the_history_is_read_and_not_written(
    admin_client: Client, pair: tuple[Sensor, Sensor]
) -> None:
    held = AdvisedPair.objects.create(inside=pair[0], outside=pair[1])
    AdviceChange.objects.create(
        pair=held, happened_at=now_ms(), is_open=True, inside=26.0, outside=22.0
    )
    page = admin_client.get(reverse("admin:alerts_advicechange_changelist")).content.decode()
    assert "Open the windows" in page
    assert admin_client.get(reverse("admin:alerts_advicechange_add")).status_code == 403
