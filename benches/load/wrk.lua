-- Sends the requests of a file in turn, from the one after the first SKIP of them on, each line "METHOD PATH[ BODY]", and tells what came of it as one
-- line of JSON.
-- wrk … -s wrk.lua URL -- FILE SKIP TOKEN
local requests, turn = {}, 0

function init(args)
    local headers = { ["Content-Type"] = "application/json", ["Accept"] = "application/json" }
    headers["Authorization"] = "Bearer " .. args[3]
    turn = tonumber(args[2])
    for line in io.lines(args[1]) do
        local method, path, body = line:match("^(%u+) (%S+) ?(.*)$")
        if method == "GET" then
            requests[#requests + 1] = wrk.format(method, path)
        else
            requests[#requests + 1] = wrk.format(method, path, headers, body)
        end
    end
end

function request()
    turn = turn % #requests + 1
    return requests[turn]
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format('{"requests": %d, "micros": %d, "bytes": %d, "errors": %d, "p50": %d, "p99": %d}\n',
        summary.requests, summary.duration, summary.bytes,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout,
        latency:percentile(50), latency:percentile(99)))
end
