"""A station's page in a browser: the chart follows fingers, mouse and keys."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from playwright.sync_api import Page, Response, expect

from tests.e2e.conftest import DESKTOP, PHONE, Household, OpenPage, Scheme
from tests.e2e.test_accessibility import violations


def _backlog(household: Household, station: str, warmth: float, ages: Iterable[int]) -> None:
    """Post a reading of each age in seconds, and a spike."""
    readings = [(warmth + age / 3600, age) for age in ages]
    household.post_batch(station, [(250, 7200), *readings])


@pytest.fixture
def lived_in(household: Household) -> Household:
    """A gap of four hours inside, none outside; a spike; cooler outside all along."""
    with_gap = [*range(6 * 3600, 5 * 3600, -60), *range(3600, -1, -60)]
    _backlog(household, "Living room", 20.0, with_gap)
    _backlog(household, "Garden", 10.0, range(6 * 3600, -1, -60))
    return household


def _is_series(response: Response) -> bool:
    return "/api/v1/series/" in response.url


def _span(answer: dict[str, float]) -> float:
    return answer["to"] - answer["from"]


def _open(page: Page, household: Household) -> Response:
    """Open the living room's page by its card; return what the chart was drawn from."""
    page.goto(household.server.url)
    with page.expect_response(_is_series) as first:
        page.get_by_role("link", name="Living room").click()
    page.locator("#chart canvas").wait_for()
    return first.value


def _middle(page: Page) -> tuple[float, float, float]:
    box = page.locator("#chart .u-over").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, box["width"]


# Reads pixels from a copy: of a canvas that is itself read twice Chromium complains.
_READ = """const read = (canvas, ...area) => {
  const copy = document.createElement("canvas");
  copy.width = canvas.width;
  copy.height = canvas.height;
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  return context.getImageData(...area).data;
};"""


def _colours(page: Page) -> int:
    """Return how many different colours the chart has."""
    return int(
        page.evaluate(
            f"() => {{ {_READ}"
            """const c = document.querySelector("#chart canvas");
            return new Set(new Uint32Array(read(c, 0, 0, c.width, c.height).buffer)).size; }"""
        )
    )


def _await_drawn_at(page: Page, share: float, expected: list[bool]) -> None:
    """Wait until of the first two lines those expected are drawn so far to the right.

    The chart is drawn in a frame after the page took the answer in.
    """
    page.wait_for_function(
        f"([share, expected]) => {{ {_READ}"
        """
          const canvas = document.querySelector("#chart canvas");
          const over = document.querySelector("#chart .u-over");
          const x = Math.round((over.offsetLeft + share * over.clientWidth) * devicePixelRatio);
          const wide = 12; // longer than the pause between two dashes
          const top = Math.round(over.offsetTop * devicePixelRatio);
          const tall = Math.round(over.clientHeight * devicePixelRatio); // without times below
          const data = read(canvas, x, top, wide, tall);
          const style = getComputedStyle(document.getElementById("chart"));
          return expected.every((drawn, look) => {
            const wanted = style.getPropertyValue(`--look-${look}`).trim().slice(1).match(/../g)
              .map((part) => parseInt(part, 16));
            for (let i = 0; i < data.length; i += 4)
              if (data[i + 3] > 127 && wanted.every((part, k) => Math.abs(part - data[i + k]) < 40))
                return drawn;
            return !drawn;
          });
        }""",
        arg=[share, expected],
    )


def test_the_chart_follows_mouse_and_keys(lived_in: Household, open_page: OpenPage) -> None:
    visit = open_page(DESKTOP)
    page = visit.page
    first = _open(page, lived_in).json()
    (series,) = first["series"]
    assert None in series["mean"], "the silence between is a gap"
    assert max(filter(None, series["mean"])) < 30, "the spike is hidden"
    assert first["cooler_outside"]
    assert _colours(page) > 5

    x, y, width = _middle(page)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + width / 2 - 5, y, steps=4)
    with page.expect_response(_is_series) as zoomed:
        page.mouse.up()
    assert _span(zoomed.value.json()) == pytest.approx(_span(first) / 2, rel=0.1)
    page.wait_for_url(re.compile("from="))

    page.locator("#chart").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".readout")).to_contain_text("Living room 2")
    with page.expect_response(_is_series):
        page.keyboard.press("+")
    with page.expect_response(_is_series) as whole:
        page.keyboard.press("0")
    assert whole.value.json()["from"] == first["from"]

    with page.expect_response(_is_series) as overlaid:
        page.get_by_role("checkbox", name="Garden").check()
    assert [one["name"] for one in overlaid.value.json()["series"]] == ["Living room", "Garden"]
    expect(page.get_by_text("Values of Garden as a table")).to_be_visible()

    three_hours_ago = (24 - 3) / 24
    _await_drawn_at(page, three_hours_ago, [False, True])  # no line across the gap

    page.reload()
    expect(page.get_by_role("checkbox", name="Garden")).to_be_checked()
    assert visit.complaints == []


def test_fingers_pinch_and_drag_it_on_a_phone(lived_in: Household, open_page: OpenPage) -> None:
    visit = open_page(PHONE)
    page = visit.page
    first = _open(page, lived_in).json()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    session = page.context.new_cdp_session(page)
    page.locator("#chart").scroll_into_view_if_needed()
    x, y, _ = _middle(page)

    def touch(kind: str, *xs: float) -> None:
        points = [{"x": one, "y": y, "id": n} for n, one in enumerate(xs)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", x - 20, x + 20)
    touch("touchMove", x - 60, x + 60)
    touch("touchMove", x - 80, x + 80)
    with page.expect_response(_is_series) as pinched:
        touch("touchEnd")
    closer = pinched.value.json()
    assert closer["to"] - closer["from"] == pytest.approx(
        (first["to"] - first["from"]) / 4, rel=0.1
    )

    touch("touchStart", x - 50)
    touch("touchMove", x)
    touch("touchMove", x + 50)
    with page.expect_response(_is_series) as dragged:
        touch("touchEnd")
    earlier = dragged.value.json()
    assert earlier["from"] < closer["from"]
    assert _span(earlier) == pytest.approx(_span(closer), rel=0.01)
    assert visit.complaints == []


def test_without_script_links_drawing_and_tables_do(
    lived_in: Household, open_page: OpenPage
) -> None:
    page = open_page(script=False).page
    page.goto(lived_in.server.url)
    page.get_by_role("link", name="Living room").click()
    page.get_by_role("link", name="7 days").click()
    page.get_by_role("checkbox", name="Garden").check()
    page.get_by_role("button", name="Show").click()
    assert page.locator("#chart svg path.curve").count() == 2
    page.get_by_text("Values of Garden as a table").click()
    expect(
        page.get_by_role("table", name="Garden").get_by_text("no readings").first
    ).to_be_visible()


def test_the_operator_restores_an_outlier(lived_in: Household, open_page: OpenPage) -> None:
    visit = open_page()
    page = visit.page
    page.goto(f"{lived_in.server.url}/sign-in/?next=/")
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password").fill(lived_in.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Living room").click()
    page.locator("#chart canvas").wait_for()
    with page.expect_response(_is_series) as redrawn:
        page.get_by_role("button", name="Restore").click()
    assert max(filter(None, redrawn.value.json()["series"][0]["max"])) == 250
    expect(page.get_by_role("heading", name="Outliers")).to_have_count(0)
    assert visit.complaints == []


# Keeps the chart that the page's own script makes.
_KEEP_CHART = """
Object.defineProperty(window, "uPlot", {
  get: () => window.keeping,
  set: (made) => { window.keeping = class extends made {
    constructor(...all) { super(...all); window.chart = this; } }; },
});
"""


@pytest.mark.parametrize("values", [[21.5], [21.5, 21.5], [21.4, 21.6]])
def test_a_still_room_is_neither_a_mountain_range_nor_lost_in_the_distance(
    household: Household, open_page: OpenPage, values: list[float]
) -> None:
    for value in values:
        household.post("Living room", value)
    page = open_page().page
    page.add_init_script(_KEEP_CHART)
    _open(page, household)
    low, high = page.evaluate("[window.chart.scales.y.min, window.chart.scales.y.max]")
    assert low < min(values) <= max(values) < high
    assert 1 <= high - low < 2


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "dark"), (DESKTOP, "light")])
def test_axe_finds_nothing_to_object_to(
    lived_in: Household, open_page: OpenPage, size: tuple[int, int], scheme: Scheme
) -> None:
    page = open_page(size, scheme).page
    _open(page, lived_in)
    page.get_by_text("Values of Living room as a table").click()
    assert violations(page) == []


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "light"), (DESKTOP, "dark")])
def test_axe_finds_nothing_to_object_to_in_days_and_export(
    lived_in: Household, open_page: OpenPage, size: tuple[int, int], scheme: Scheme
) -> None:
    page = open_page(size, scheme).page
    page.goto(f"{lived_in.server.url}/stations/1/days/")
    assert violations(page) == []
    page.locator("td[aria-current=date] a").click()
    page.wait_for_url(re.compile(r"/days/\d"))
    assert violations(page) == []
    page.goto(f"{lived_in.server.url}/export/")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
