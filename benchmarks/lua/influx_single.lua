-- One point a request, as path.lua sends one reading. With headers of its own (`{}` in place of
-- nil) it would not send the command line's `Connection: close`.
local requests, turn = {}, 0

function init(args)
  for n = 0, 639 do
    requests[n] = wrk.format("POST", "/write?db=bench", nil, string.format(
      "temperature,station=%02x value=%d.%d", n % STATIONS, n % 40, n % 10))
  end
end

function request()
  turn = turn + 1
  return requests[turn % 640]
end
