"""A station's own firmware, as the admin gives it out."""

from __future__ import annotations

import ast
import logging
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.sessions.models import Session
from django.test import Client

from firmware.files import ROOT, board_files, name_on_board
from stations import verbs
from stations.models import Station
from tests.factories import make_station
from tests.stations.pages import page_of, text_of

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

pytestmark = pytest.mark.django_db

KEY = "key-of-the-attic-of-ours"
PASSWORD = "pass word of 'the' Wi-Fi"
TYPED = {
    "api_key": KEY,
    "server": "http://192.168.1.10:8000",
    "ssid": "Net work",
    "wifi_password": PASSWORD,
}


def attic() -> Station:
    return make_station(name="Großer Dachboden", api_key=KEY, interval_s=300)


def ask(client: Client, station: Station, accept: str = "text/html", **changed: str) -> Response:
    headers = {"accept": accept}
    return client.post(page_of(station, "board/bundle"), TYPED | changed, headers=headers)


def settings_of(config: str) -> dict[str, Any]:
    return {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse(config).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


def files_in(response: Response) -> dict[str, str]:
    with zipfile.ZipFile(BytesIO(response.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_the_zip_has_every_file_of_the_board_in_one_folder(admin_client: Client) -> None:
    names = list(files_in(ask(admin_client, attic())))
    assert names == [f"groer-dachboden/{name_on_board(path)}" for path in board_files()]
    assert names[-1].endswith("/main.py")


def test_the_config_is_this_stations(admin_client: Client) -> None:
    station = attic()
    config = settings_of(files_in(ask(admin_client, station))["groer-dachboden/config.py"])
    assert (config["API_KEY"], config["MAC_ADDRESS"]) == (KEY, station.mac)
    assert (config["SSID"], config["WIFI_PASSWORD"]) == ("Net work", PASSWORD)
    assert (config["SERVER"], config["INTERVAL"]) == ("http://192.168.1.10:8000", 300)


def test_the_other_files_are_as_shipped(admin_client: Client) -> None:
    files = files_in(ask(admin_client, attic()))
    assert files["groer-dachboden/main.py"] == (ROOT / "main.py").read_text()


def test_it_is_a_download_that_nobody_keeps(admin_client: Client) -> None:
    headers = ask(admin_client, attic()).headers
    assert headers["Content-Disposition"] == 'attachment; filename="groer-dachboden.zip"'
    assert "no-store" in headers["Cache-Control"]


def test_a_script_gets_the_same_files_as_json(admin_client: Client) -> None:
    station = attic()
    zipped = files_in(ask(admin_client, station))
    files = ask(admin_client, station, "application/json").json()["files"]
    assert {f"groer-dachboden/{name}": text for name, text in files.items()} == zipped


def test_an_open_network_needs_no_password(admin_client: Client) -> None:
    files = files_in(ask(admin_client, attic(), wifi_password=""))
    assert settings_of(files["groer-dachboden/config.py"])["WIFI_PASSWORD"] == ""


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("api_key", "another-key", "This is not the key of Großer Dachboden"),
        ("api_key", "", "This field is required."),
        ("ssid", "", "This field is required."),
        ("ssid", "n" * 33, "The Wi-Fi's name (SSID) has 1 to 32 bytes."),
        ("wifi_password", "short", "A Wi-Fi password has 8 to 63 characters"),
        ("server", "192.168.1.10", "It looks like http://192.168.1.10:8000"),
        ("server", 'http://x"\nimport os', "It looks like http://192.168.1.10:8000"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    admin_client: Client, field: str, value: str, sentence: str
) -> None:
    station = attic()
    shown = text_of(ask(admin_client, station, **{field: value}))
    told = ask(admin_client, station, "application/json", **{field: value})
    assert sentence in shown
    assert told.status_code == 400
    assert sentence in told.json()["errors"][field][0]


def test_a_mistake_costs_neither_the_key_nor_shows_the_password(admin_client: Client) -> None:
    response = ask(admin_client, attic(), ssid="", is_key_known="yes")
    html = response.content.decode()
    assert f'name="api_key" value="{KEY}"' in html
    assert PASSWORD not in html
    assert "no-store" in response.headers["Cache-Control"]


def test_a_key_that_is_wrong_is_not_shown_as_the_stations(admin_client: Client) -> None:
    response = ask(admin_client, attic(), api_key="another-key", is_key_known="yes")
    assert "Write the key down" not in text_of(response)


def test_the_old_key_of_a_rotation_is_not_given_out_again(admin_client: Client) -> None:
    station = attic()
    verbs.rotate_key(station)
    assert "This is not the key" in text_of(ask(admin_client, station))


def test_wifi_and_key_are_kept_nowhere(
    admin_client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    station = attic()
    with caplog.at_level(logging.DEBUG):
        response = ask(admin_client, station)
        ask(admin_client, station, ssid="")
    stored = str([list(Station.objects.values()), list(Session.objects.values())])
    everywhere = stored + caplog.text + response.cookies.output() + str(response.headers)
    everywhere += str(dict(admin_client.session))
    assert [secret for secret in (KEY, PASSWORD, "Net work") if secret in everywhere] == []


def test_an_address_gives_nothing_out(admin_client: Client) -> None:
    response = admin_client.get(page_of(attic(), "board/bundle"), TYPED)
    assert response.status_code == 405


def test_a_foreign_page_gets_no_bundle() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("admin"))
    assert ask(client, attic()).status_code == 403


def test_a_helper_who_may_only_look_gets_no_bundle(client: Client) -> None:
    helper = User.objects.create_user("helper", is_staff=True)
    helper.user_permissions.add(Permission.objects.get(codename="view_station"))
    client.force_login(helper)
    assert ask(client, attic()).status_code == 403


def test_a_stranger_gets_no_bundle(client: Client) -> None:
    assert "/login/" in ask(client, attic()).headers["Location"]
