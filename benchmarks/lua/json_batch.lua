-- A thousand readings a request, a second apart, each with a time of its own and none sent twice.
-- All are written before the clock starts: making them took this generator as long as reading
-- them takes the server.
local requests, turn = {}, 0

local function batch(number)
  local readings = {}
  -- Backwards from FROM, as a board's backlog reaches back.
  local last = FROM - math.floor(number / STATIONS) * 1000
  for n = 1, 1000 do
    readings[n] = string.format('{"field":1,"value":%d.%d,"measured_at":"%s"}', n % 40, n % 10,
      os.date("!%Y-%m-%dT%H:%M:%SZ", last - 1000 + n))
  end
  return wrk.format("POST", "/api/v1/readings/",
    {["Content-Type"] = "application/json", ["Authorization"] = "Bearer KEY"},
    string.format('{"mac":"5c:cf:7f:0a:1b:%02x","readings":[%s]}', number % STATIONS,
      table.concat(readings, ",")))
end

function init(args)
  for number = 0, BATCHES - 1 do
    requests[number] = batch(number)
  end
end

function request()
  local number = turn
  turn = turn + 1
  return requests[number] or batch(number)
end
