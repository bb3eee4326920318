-- A part of what is held. ARGV[3]: the section, ARGV[4]: how many of its items were read.

local refusal = refuse()
if refusal then return refusal end
save()

local section, offset = tonumber(ARGV[3]), tonumber(ARGV[4])
local keys = {}
for at, lane in ipairs(lanes) do keys[at] = lane.queue end
for _, key in ipairs({ ACTIVE, SPENT, REVOKED, OFFERED }) do keys[#keys + 1] = key end
local key = keys[section + 1]

local function part(kind, next, items)
    local where = struct.pack('>i8i8i8I8', next and next[1] or -1, next and next[2] or 0, section, #items)
    return answer('p', kind .. where .. table.concat(items))
end
if not key then return part('-', nil, {}) end

local entries = offset < 0 and {} or call('ZRANGE', key, format('%d', offset), format('%d', offset + itemsMax - 1), 'WITHSCORES')
local count = #entries / 2
local next
if offset + count < call('ZCARD', key) then
    next = { section, offset + count }
elseif section + 1 < #keys then
    next = { section + 1, 0 }
end
if count == 0 then return part('-', next, {}) end

local ids, scores = {}, {}
for at = 1, count do
    ids[at], scores[at] = entries[at * 2 - 1], tonumber(entries[at * 2])
end
local told = {}
if section < #lanes then
    for at, seen in ipairs(call('ZMSCORE', SEEN, unpack(ids))) do
        told[at] = ids[at] .. struct.pack('>I8i8', scores[at], now - (tonumber(seen or nil) or now))
    end
    return part('w', next, told)
elseif key == ACTIVE then
    for at, start in ipairs(call('HMGET', STARTED, unpack(ids))) do
        told[at] = ids[at] .. struct.pack('>i8i8', tonumber(start or nil) or clock, scores[at] - now)
    end
    return part('a', next, told)
elseif key == OFFERED then
    nameLanes()
    for at, stood in ipairs(call('HMGET', STOOD, unpack(ids))) do
        local place, name = string.match(stood or '', '^(%d+):(.*)$')
        if place then
            local spot = #lanes
            for number, lane in ipairs(lanes) do
                if lane.name == name then spot = number end
            end
            told[#told + 1] = ids[at] .. struct.pack('>I8I8', spot - 1, tonumber(place))
        end
    end
    return part('o', next, told)
end
for at = 1, count do told[at] = ids[at] .. struct.pack('>i8', scores[at] - now) end
return part(key == SPENT and 's' or 'r', next, told)
