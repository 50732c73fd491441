-- Send prepared requests in their order: wrk -s replay.lua URL -- FILE once|again WORDS
-- WORDS: what every right answer contains. FILE: the number of bytes on a line of its own, then the request; and so on.

local threads = {}

function setup(thread)
   table.insert(threads, thread)
end

function init(args)
   requests = {}
   local file = assert(io.open(args[1], "rb"))
   for line in function() return file:read("*l") end do
      table.insert(requests, file:read(tonumber(line)))
   end
   file:close()
   starts_again = args[2] == "again"
   words = args[3]
   -- wrk asks for one request before it begins, to look at it, and never sends it.
   sent, ran_out, wrong = -1, 0, 0
end

function request()
   sent = sent + 1
   if sent > #requests and not starts_again then
      ran_out = 1
   end
   return requests[math.max(sent - 1, 0) % #requests + 1]
end

function response(status, headers, body)
   if status ~= 200 or not body:find(words, 1, true) then
      wrong = wrong + 1
   end
end

function done(summary, latency, requests)
   local errors = summary.errors
   local sent, ran_out, wrong = 0, 0, 0
   for _, thread in ipairs(threads) do
      sent = sent + thread:get("sent")
      ran_out = ran_out + thread:get("ran_out")
      wrong = wrong + thread:get("wrong")
   end
   io.write(string.format(
      '\n{"answers": %d, "sent": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f,' ..
      ' "wrong": %d, "broken": %d, "ran_out": %d}\n',
      summary.requests, sent, summary.duration / 1e6,
      latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
      wrong, errors.connect + errors.read + errors.write + errors.timeout, ran_out))
end
