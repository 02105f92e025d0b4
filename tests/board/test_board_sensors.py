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


# --- the barometer and hygrometer of Bosch ----------------------------------------------------


PRESSURE = """
import BMP280
p = (36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000)
fine = BMP280.fine_temperature(519888, 27504, 26435, -1000)
print(fine, BMP280.pascals_256(415148, fine, p))
"""


def test_bmp280_pressure_is_that_of_the_worked_example_of_the_data_sheet(
    run_script: RunScript,
) -> None:
    """Bosch BST-BMP280-DS001, section 3.12: t_fine 128422, 100653.27 Pa."""
    fine, pascals_256 = run_script(PRESSURE).split()
    assert fine == "128422"
    assert int(pascals_256) / 256 == pytest.approx(100653.27, abs=0.1)


HUMIDITY = """
import BME280
for adc in {adcs}:
    print(BME280.humidity_1024(adc, {fine}, 75, 362, 0, 316, 50, 30) / 1024)
"""


def _floating_humidity(adc: int, fine: int) -> float:
    """The floating point formula of the BME280's data sheet (its section 8.1)."""
    h = fine - 76800.0
    h = (adc - (316 * 64.0 + 50 / 16384.0 * h)) * (
        362 / 65536.0 * (1.0 + 30 / 67108864.0 * h * (1.0 + 0 / 67108864.0 * h))
    )
    h = h * (1.0 - 75 * h / 524288.0)
    return min(max(h, 0.0), 100.0)


def test_bme280_humidity_agrees_with_the_floating_point_formula(run_script: RunScript) -> None:
    adcs = list(range(15_000, 50_000, 2_500))
    printed = run_script(HUMIDITY.format(adcs=adcs, fine=128_422))
    assert [float(line) for line in printed.split()] == [
        pytest.approx(_floating_humidity(adc, 128_422), abs=0.02) for adc in adcs
    ]


READ_ALL = """
import run, machine, sys
{before}
import {sensor} as sensor
try:
    print(*sensor.read(run.open_bus(sensor), None))
except OSError as error:
    print(error)
"""


def read_all(run_script: RunScript, sensor: str, celsius: float | str, before: str = "") -> str:
    script = READ_ALL.format(sensor=sensor, before=before)
    return run_script(script, temperature=celsius, sensor=sensor).strip()


def numbers(printed: str) -> list[float]:
    return [float(word) for word in printed.split()]


def test_bmp280_tells_temperature_and_pressure(run_script: RunScript) -> None:
    found = numbers(read_all(run_script, "BMP280", 25.08))
    assert found == [pytest.approx(25.08, abs=0.011), pytest.approx(1006.53, abs=0.2)]


BME = "import chips\nchips.BMP280.ID = 0x60"


def test_bme280_tells_humidity_too(run_script: RunScript) -> None:
    found = numbers(read_all(run_script, "BME280", 25.08, BME))
    assert found[0] == pytest.approx(25.08, abs=0.011)
    assert found[1] == pytest.approx(_floating_humidity(30_000, 128_422), abs=0.1)
    assert found[2] == pytest.approx(1006.53, abs=0.2)


def test_bmp280_is_no_bme280(run_script: RunScript) -> None:
    printed = read_all(run_script, "BME280", 20)
    assert printed == 'the chip at 0x77 is a BMP280: set SENSOR = "BMP280"'


def test_bme280_that_measured_no_humidity_is_refused(run_script: RunScript) -> None:
    before = BME + "\nchips.BMP280.humidity_adc = 0x8000"
    assert read_all(run_script, "BME280", 20, before) == "the BME280 measured no humidity"


def test_impossible_pressure_is_refused(run_script: RunScript) -> None:
    before = "import chips\nchips.BMP280.pressure_adc = 900000"
    assert "impossible answer from the BMP280" in read_all(run_script, "BMP280", 20, before)


# --- SHT31 --------------------------------------------------------------------------------------


def test_sht31_checksum_is_that_of_the_data_sheet(run_script: RunScript) -> None:
    assert run_script("import SHT31\nprint(hex(SHT31.checksum(b'\\xbe\\xef')))") == "0x92\n"


@pytest.mark.parametrize("celsius", [-20.5, 0, 21.75, 60])
def test_sht31_is_read(run_script: RunScript, celsius: float) -> None:
    found = numbers(read_all(run_script, "SHT31", celsius))
    assert found == [pytest.approx(celsius, abs=0.01), pytest.approx(48.25, abs=0.01)]


@pytest.mark.parametrize(
    ("world", "before", "complaint"),
    [
        ("missing", "", "no SHT31 answers at 0x44: check its wires"),
        ("wrong", "", "no SHT31 answers at 0x44: check its wires"),
        ("stuck", "", "no SHT31 answers at 0x44: check its wires"),
        ("-44", "", "impossible answer from the SHT31: -44.0 C"),
        ("20", "import chips\nchips.SHT31.is_damaged = True", "wrong checksum from the SHT31"),
    ],
)
def test_sht31_that_cannot_be_read_says_why(
    run_script: RunScript, world: str, before: str, complaint: str
) -> None:
    assert complaint in read_all(run_script, "SHT31", world, before)


# --- DHT22 and DS18B20, by the modules that MicroPython ships (fakes here) -----------------------


@pytest.mark.parametrize("celsius", [-20.5, 0, 21.7, 60])
def test_dht22_tells_what_it_measures_now_and_not_the_time_before(
    run_script: RunScript, celsius: float
) -> None:
    found = numbers(read_all(run_script, "DHT22", celsius))
    assert found == [pytest.approx(celsius, abs=0.01), pytest.approx(48.2, abs=0.01)]


@pytest.mark.parametrize(
    ("world", "before", "complaint"),
    [
        ("missing", "", "no DHT22 answers: check its wires, and PIN"),
        ("20", "import dht\ndht.DHT22.is_damaged = True", "wrong checksum from the DHT22"),
        ("zeros", "", "nothing but zeros from the DHT22"),
        ("90", "", "impossible answer from the DHT22"),
    ],
)
def test_dht22_that_cannot_be_read_says_why(
    run_script: RunScript, world: str, before: str, complaint: str
) -> None:
    assert complaint in read_all(run_script, "DHT22", world, before)


# Table 1 of Maxim's data sheet DS18B20.
DS18B20_TABLE = [
    (0x07D0, 125.0),
    (0x0191, 25.0625),
    (0x00A2, 10.125),
    (0x0008, 0.5),
    (0x0000, 0.0),
    (0xFFF8, -0.5),
    (0xFF5E, -10.125),
    (0xFE6F, -25.0625),
    (0xFC90, -55.0),
]


def test_ds18b20_registers_become_degrees(run_script: RunScript) -> None:
    raws = [raw for raw, _ in DS18B20_TABLE]
    printed = run_script(f"import DS18B20\nfor raw in {raws}: print(DS18B20.celsius(raw))")
    assert numbers(printed) == [value for _, value in DS18B20_TABLE]


@pytest.mark.parametrize("celsius", [-20.5, 0, 21.75, 60])
def test_ds18b20_is_read(run_script: RunScript, celsius: float) -> None:
    assert numbers(read_all(run_script, "DS18B20", celsius)) == [celsius]


@pytest.mark.parametrize(
    ("world", "before", "complaint"),
    [
        ("missing", "", "no DS18B20 answers"),
        ("wrong", "", "no DS18B20 answers"),
        ("stuck", "", "no DS18B20 answers"),
        ("20", "is_damaged", "wrong checksum from the DS18B20"),
        ("20", "is_shorted", "nothing but zeros from the DS18B20"),
        ("20", "loses_power", "the DS18B20 lost its power while it measured"),
        ("85", "", "the DS18B20 lost its power while it measured"),
    ],
)
def test_ds18b20_that_cannot_be_read_says_why(
    run_script: RunScript, world: str, before: str, complaint: str
) -> None:
    before = before and f"import ds18x20\nds18x20.DS18X20.{before} = True"
    assert complaint in read_all(run_script, "DS18B20", world, before)


NAN = """
import machine, run, MCP9808
MCP9808.read = lambda i2c, address: (float("nan"),)
station = run.Station()
station.sample(0)
print("waiting", len(station.backlog))
"""


def test_value_that_is_no_number_is_not_queued(run_script: RunScript) -> None:
    assert run_script(NAN).splitlines()[-2:] == ["sensor: no number", "waiting 0"]


def test_each_value_goes_to_a_field_of_its_own(run_script: RunScript) -> None:
    script = "import {0}\nprint({0}.FIELDS, len({0}.SCALES))"
    told = {name: run_script(script.format(name)).strip() for name in ("BME280", "SHT31", "DHT22")}
    assert told == {"BME280": "(0, 1, 2) 3", "SHT31": "(0, 1) 2", "DHT22": "(0, 1) 2"}
