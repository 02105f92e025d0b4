"""What the sensors' registers mean, read by the real MicroPython."""

from __future__ import annotations

import pytest

from tests.board.conftest import RunScript

# Bit weights of register 5-4 in Microchip's data sheet DS25095A: bit 12 is the
# sign, bit 11 is 128 C, bit 0 is 1/16 C, bits 15..13 are alert flags.
MCP9808_TABLE = [
    (0x0000, 0.0),
    (0x0001, 0.0625),
    (0x0010, 1.0),
    (0x0194, 25.25),
    (0xC194, 25.25),
    (0xE194, 25.25),
    (0x05A0, 90.0),
    (0x07D0, 125.0),
    (0x1FFF, -0.0625),
    (0x1FF0, -1.0),
    (0x1E70, -25.0),
    (0x3D80, -40.0),
    (0x1D80, -40.0),
]


def test_mcp9808_register_becomes_degrees(run_script: RunScript) -> None:
    raws = [raw for raw, _ in MCP9808_TABLE]
    printed = run_script(f"import MCP9808\nfor raw in {raws}: print(MCP9808.celsius(raw))")
    assert [float(line) for line in printed.split()] == [value for _, value in MCP9808_TABLE]


def test_bmp280_formula_gives_the_worked_example_of_the_data_sheet(run_script: RunScript) -> None:
    """Bosch BST-BMP280-DS001, section 3.12: 25.08 C."""
    assert (
        run_script("import BMP280\nprint(BMP280.hundredths(519888, 27504, 26435, -1000))")
        == "2508\n"
    )


def test_bmp280_formula_agrees_with_the_floating_point_one(run_script: RunScript) -> None:
    """Section 8.1 of the data sheet gives the same in floating point."""
    adcs = list(range(300_000, 660_000, 9_973))
    printed = run_script(
        f"import BMP280\nfor adc in {adcs}: print(BMP280.hundredths(adc, 27504, 26435, -1000))"
    )
    assert [int(line) / 100 for line in printed.split()] == [
        pytest.approx(_floating(adc), abs=0.011) for adc in adcs
    ]


def _floating(adc: int) -> float:
    coarse = (adc / 16384 - 27504 / 1024) * 26435
    fine = (adc / 131072 - 27504 / 8192) ** 2 * -1000
    return (coarse + fine) / 5120


READ = """
import run
import {sensor} as sensor
try:
    print("%.2f" % sensor.readtemp(run.open_bus(sensor), {address}))
except OSError as error:
    print(error)
"""


@pytest.mark.parametrize("sensor", ["MCP9808", "BMP280"])
@pytest.mark.parametrize("celsius", [-20.5, -0.25, 0.0, 21.75, 60.0])
def test_sensor_is_read_over_the_bus(run_script: RunScript, sensor: str, celsius: float) -> None:
    printed = run_script(READ.format(sensor=sensor, address=None), temperature=celsius)
    assert float(printed) == pytest.approx(celsius, abs=0.011)


@pytest.mark.parametrize("celsius", [-0.25, 21.75])
def test_bme280_is_accepted_too(run_script: RunScript, celsius: float) -> None:
    script = "import chips\nchips.BMP280.ID = 0x60\n" + READ
    printed = run_script(script.format(sensor="BMP280", address=0x76), temperature=celsius)
    assert float(printed) == pytest.approx(celsius, abs=0.011)


@pytest.mark.parametrize(
    ("sensor", "world", "complaint"),
    [
        ("MCP9808", "missing", "no MCP9808 answers at 0x18: check its wires"),
        ("MCP9808", "wrong", "the chip at 0x18 is not an MCP9808"),
        ("MCP9808", "126", "impossible answer from the MCP9808: 126.0 C"),
        ("MCP9808", "-41", "impossible answer from the MCP9808: -41.0 C"),
        ("BMP280", "missing", "no BMP280 answers at 0x77: check its wires"),
        ("BMP280", "wrong", "the chip at 0x77 is not a BMP280"),
        ("BMP280", "stuck", "the BMP280 does not finish measuring"),
        ("BMP280", "86", "impossible answer from the BMP280: 86.0 C"),
    ],
)
def test_sensor_that_cannot_be_read_says_why(
    run_script: RunScript, sensor: str, world: str, complaint: str
) -> None:
    script = READ.format(sensor=sensor, address=None)
    assert run_script(script, temperature=world).strip() == complaint


def test_bmp280_without_calibration_is_refused(run_script: RunScript) -> None:
    script = "import chips\nchips.BMP280.CALIBRATION = bytes(24)\n" + READ
    printed = run_script(script.format(sensor="BMP280", address=None))
    assert printed.strip() == "the BMP280 has no calibration"


def test_bmp280_that_did_not_measure_is_refused(run_script: RunScript) -> None:
    script = "import chips\nchips.BMP280.is_lazy = True\n" + READ
    printed = run_script(script.format(sensor="BMP280", address=None))
    assert printed.strip() == "the BMP280 measured nothing"


def test_mcp9808_is_given_time_for_its_first_conversion(run_script: RunScript) -> None:
    """After power-up its register is all zeros, which is no measurement."""
    script = "import chips\nchips.MCP9808.reads_before_first = 1\n" + READ
    printed = run_script(script.format(sensor="MCP9808", address=None), temperature=21.75)
    assert printed.strip() == "21.75"


def test_another_address_is_used_when_given(run_script: RunScript) -> None:
    printed = run_script(READ.format(sensor="MCP9808", address=0x19))
    assert printed.strip() == "no MCP9808 answers at 0x19: check its wires"
