-- The tickets of a batch and where they are. What a set says of them is read at once, changed here as the batch goes on, so
-- that a ticket that is in it twice meets what became of it the first time, and written at once by `saveSets`.

local ids = {}
local opened = {}

local function readIDs(blob)
    local count = #blob / 16
    local read = { struct.unpack(string.rep('c16', count), blob) }
    read[count + 1] = nil
    return read
end

-- A sorted set, as far as the batch is concerned. `isStrange`: none of the batch is in it, which saves looking.
local function open(key, isStrange)
    local count = call('ZCARD', key)
    local scores, hasAny = {}, false
    if count > 0 and #ids > 0 and not isStrange then
        local found = call('ZMSCORE', key, unpack(ids))
        for at = 1, #ids do
            if found[at] then
                scores[ids[at]] = found[at]
                hasAny = true
            end
        end
    end
    local this = { key = key, count = count, scores = scores, touched = {}, hasAny = hasAny }
    opened[#opened + 1] = this
    return this
end

local function put(this, id, score)
    if not this.scores[id] then this.count = this.count + 1 end
    this.scores[id] = score
    this.touched[id] = true
end

local function remove(this, id)
    if not this.scores[id] then return false end
    this.count = this.count - 1
    this.scores[id] = nil
    this.touched[id] = true
    return true
end

local function saveSet(this)
    local added, gone = {}, {}
    local last = 0
    for id in pairs(this.touched) do
        local score = this.scores[id]
        if score then
            added[last + 1] = score
            added[last + 2] = id
            last = last + 2
        else
            gone[#gone + 1] = id
        end
    end
    if last > 0 then call('ZADD', this.key, unpack(added)) end
    if #gone > 0 then
        call('ZREM', this.key, unpack(gone))
        if this.key == OFFERED then call('HDEL', STOOD, unpack(gone)) end
    end
end

local seen, offered, active, spent, revoked

-- The queue of a lane is opened when needed, and looked into when one of the batch is known to wait.
local function waiting(lane)
    if not lane.waiting then lane.waiting = open(lane.queue, not seen.hasAny) end
    return lane.waiting
end

-- Where a ticket waits, and its place.
local function placed(id)
    if not seen.scores[id] then return nil end
    for _, lane in ipairs(lanes) do
        local score = waiting(lane).scores[id]
        if score then return lane, tonumber(score) end
    end
    return nil
end

local function putInLine(id, lane, place, seenAt)
    put(waiting(lane), id, format('%d', place))
    put(seen, id, seenAt)
end

local function takeOutOfLine(id)
    local lane = placed(id)
    if not lane then return false end
    remove(lane.waiting, id)
    remove(seen, id)
    return true
end

-- MARK: Sessions

-- When they began. False: there is none, or it has ended.
local starts, startsTouched = nil, {}

local function started(id)
    if not starts then
        starts = {}
        if active.count > 0 then
            for at, start in ipairs(call('HMGET', STARTED, unpack(ids))) do starts[ids[at]] = tonumber(start or nil) end
        end
    end
    return starts[id]
end

local function startSession(id, start, ending)
    if started(id) ~= start then
        starts[id] = start
        startsTouched[id] = true
    end
    put(active, id, ending)
end

local function endSession(id)
    if started(id) then
        starts[id] = nil
        startsTouched[id] = true
    end
    return remove(active, id)
end

local function saveSets()
    for _, this in ipairs(opened) do saveSet(this) end
    local written, gone = {}, {}
    for id in pairs(startsTouched) do
        if starts[id] then
            written[#written + 1] = id
            written[#written + 1] = starts[id]
        else
            gone[#gone + 1] = id
        end
    end
    if #written > 0 then call('HSET', STARTED, unpack(written)) end
    if #gone > 0 then call('HDEL', STARTED, unpack(gone)) end
end

local function openSets()
    seen, offered, active, spent, revoked = open(SEEN), open(OFFERED), open(ACTIVE), open(SPENT), open(REVOKED)
end
