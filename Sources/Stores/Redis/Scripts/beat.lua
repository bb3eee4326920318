-- ARGV[3]: ids.

local refusal = refuse()
if refusal then return refusal end
save()
local ids = readIDs(ARGV[3])
if #ids == 0 then return answer('b') end
local there, beaten = {}, call('ZMSCORE', SEEN, unpack(ids))
local last = 0
for at, id in ipairs(ids) do
    if beaten[at] then
        there[last + 1] = nowText
        there[last + 2] = id
        last = last + 2
        beaten[at] = '1'
    else
        beaten[at] = '0'
    end
end
if last > 0 then call('ZADD', SEEN, unpack(there)) end
return answer('b', table.concat(beaten))
