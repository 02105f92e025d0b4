-- A thousand points a request, as json_batch.lua sends readings.
local requests, turn = {}, 0

local function batch(number)
  local points = {}
  local last = FROM - math.floor(number / STATIONS) * 1000
  for n = 1, 1000 do
    points[n] = string.format("temperature,station=%02x value=%d.%d %d", number % STATIONS, n % 40,
      n % 10, last - 1000 + n)
  end
  return wrk.format("POST", "/write?db=bench&precision=s", nil, table.concat(points, "\n"))
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
