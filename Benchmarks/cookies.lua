-- For wrk: each request carries the cookies of the next line of a file, so that it is as many visitors who ask.
--   wrk … -s cookies.lua URL -- FILE
local requests, at = {}, 0

function init(arguments)
   local same = wrk.headers["Cookie"]
   for line in io.lines(arguments[1]) do
      wrk.headers["Cookie"] = same .. "; " .. line
      requests[#requests + 1] = wrk.format()
   end
end

function request()
   at = at % #requests + 1
   return requests[at]
end
