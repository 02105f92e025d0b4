-- A thousand points a request, as json_batch.lua sends readings.
local turn = 0

function request()
  local points = {}
  local station = turn % STATIONS
  local last = FROM - math.floor(turn / STATIONS) * 1000
  for n = 1, 1000 do
    points[n] = string.format("temperature,station=%02x value=%d.%d %d", station, n % 40, n % 10,
      last - 1000 + n)
  end
  turn = turn + 1
  return wrk.format("POST", "/write?db=bench&precision=s", {}, table.concat(points, "\n"))
end
