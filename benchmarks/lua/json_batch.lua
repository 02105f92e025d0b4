-- A thousand readings a request, a second apart, each with a time of its own and none sent twice.
local turn = 0

function request()
  local readings = {}
  local station = turn % STATIONS
  -- Backwards from FROM, as a board's backlog reaches back.
  local last = FROM - math.floor(turn / STATIONS) * 1000
  for n = 1, 1000 do
    readings[n] = string.format('{"field":1,"value":%d.%d,"measured_at":"%s"}', n % 40, n % 10,
      os.date("!%Y-%m-%dT%H:%M:%SZ", last - 1000 + n))
  end
  turn = turn + 1
  return wrk.format("POST", "/api/v1/readings/",
    {["Content-Type"] = "application/json", ["Authorization"] = "Bearer KEY"},
    string.format('{"mac":"5c:cf:7f:0a:1b:%02x","readings":[%s]}', station, table.concat(readings, ",")))
end
