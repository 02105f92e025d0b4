-- One reading a request, in the path. Each request speaks for the next of STATIONS stations.
local requests, turn = {}, 0

function init(args)
  for n = 0, 639 do
    requests[n] = wrk.format("GET", string.format(
      "/update/API_key=KEY/mac=5c:cf:7f:0a:1b:%02x/field=1/data=%d.%d", n % STATIONS, n % 40, n % 10))
  end
end

function request()
  turn = turn + 1
  return requests[turn % 640]
end
