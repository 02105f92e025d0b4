# The settings of this station. This is the only file you need to change.
# Upload it again after every change, then press the board's reset button.

# --- Who you are: both come from the server's page "Add a station" ---
API_KEY = "paste the key here"

# The board's own hardware address, as registered on the server.
# "" = ask the radio; the board prints its address when it starts.
MAC_ADDRESS = ""

# --- Your Wi-Fi (2.4 GHz; the ESP8266 cannot see 5 GHz networks) ---
SSID = "name of your network"
WIFI_PASSWORD = "password of your network"

# --- Where the server is: http or https, name or address, port, and a path
#     in front if a proxy gives it one ("https://home.example.org/iot") ---
SERVER = "http://192.168.1.10:8000"

# --- What to measure ---
SENSOR = "MCP9808"  # or "BMP280", "BME280", "SHT31", "DHT22", "DS18B20"
FIELD = 1  # of the temperature on the server; humidity is the next, pressure the one after
INTERVAL = 60  # seconds between two readings

# --- Where the sensor is wired (numbers as in GPIO4, GPIO5) ---
SDA = 4  # I2C: all but DHT22 and DS18B20
SCL = 5
ADDRESS = None  # None = the sensor's usual address, else for example 0x19
PIN = 14  # the data wire of a DHT22 or DS18B20

# --- May the server put new firmware on this board? It asks the admin first. ---
UPDATES = True
