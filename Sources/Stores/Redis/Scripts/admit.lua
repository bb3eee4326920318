-- One tick. ARGV[3]: the node, ARGV[4]: the lineage if a line begins, ARGV[5]: the seed if a draw does, ARGV[6]: which marks
-- the caller has, ARGV[7]: up to which ending it has heard.

if (meter.epoch or 0) == 0 and asked.epoch == 0 then begin(1, ARGV[4], true) end
local refusal = refuse(true)
if refusal then return refusal end
nameLanes()
applyControls()

local function hear(node)
    call('ZREMRANGEBYSCORE', NODES, '-inf', clock - nodeWindow)
    if call('ZCARD', NODES) < nodesMax or call('ZSCORE', NODES, node) then call('ZADD', NODES, format('%d', clock), node) end
end

-- The lowest of a set while they are not above a score, taken out.
local function popExpired(key, upTo)
    local expired = call('ZRANGE', key, '-inf', upTo, 'BYSCORE', 'LIMIT', 0, dropsPerTickMax)
    if #expired > 0 then call('ZREMRANGEBYRANK', key, 0, #expired - 1) end
    return expired
end

local function dropExpired()
    local missed = popExpired(OFFERED, nowText)
    if #missed > 0 then call('HDEL', STOOD, unpack(missed)) end
    add('missed', #missed)
    owe(#missed)
    local ended = popExpired(ACTIVE, nowText)
    add('ended', #ended)
    if #ended > 0 then call('HDEL', STARTED, unpack(ended)) end
    popExpired(SPENT, nowText)
    popExpired(REVOKED, nowText)
    popExpired(ENDED, nowText)
    local dead = popExpired(SEEN, now - rules.abandonAfter)
    add('abandoned', #dead)
    if #dead > 0 then
        for _, lane in ipairs(lanes) do call('ZREM', lane.queue, unpack(dead)) end
    end
end

-- In a pre-queue that an operator closes it stays secret: who comes when it goes on is drawn as well.
local function openDraw()
    local ending = drawEnd()
    if ending and clock >= ending then set('drawOpenedFor', max(meter.drawOpenedFor or ending, ending)) end
    if rules.method == 'random' or not ending or clock >= ending then set('drawIsOpened', 1) end
end

-- The first tick of a pre-queue makes the draw: those in it stand in an epoch of their own, all others behind it.
local function advanceDraw(phase)
    if draws(phase) then
        if isDrawOver() then return end
        if meter.drawEpoch and meter.drawIsOpened == 0 then return end
        set('drawEpoch', meter.epoch + 1)
        set('drawSeed', 'x' .. ARGV[5])
        set('drawIsOpened', 0)
        set('drawOpenedFor', nil)
        set('epoch', meter.epoch + 2)
        set('tail', 0)
    elseif phase ~= 'before' and meter.drawEpoch then
        openDraw()
    end
end

-- How many each lane admits: by stride scheduling, see `LaneShares`.
local function spread(count)
    local first, left, busy = nil, 0, nil
    for _, lane in ipairs(lanes) do
        lane.count = call('ZCARD', lane.queue)
        lane.turn = meter['turn:' .. lane.letter] or 0
        lane.given = 0
        left = left + lane.count
        if lane.count > 0 then
            first = min(first or lane.turn, lane.turn)
            busy = busy == nil and lane or false
        end
    end
    for _, lane in ipairs(lanes) do lane.turn = max(0, lane.turn - (first or 0)) end
    left = min(left, count)
    if busy then
        busy.given = left
        busy.turn = busy.turn + left * quotient(stride, max(busy.share, 1))
        return
    end
    for _ = 1, left do
        local next
        for _, lane in ipairs(lanes) do
            if lane.given < lane.count and (not next or lane.turn < next.turn) then next = lane end
        end
        next.given = next.given + 1
        next.turn = next.turn + quotient(stride, max(next.share, 1))
    end
end

-- Admits the first of a lane; those are left out that are dead places which no tick has dropped yet.
local function admitFirst(lane, count)
    local popped = call('ZPOPMIN', lane.queue, count)
    local ids = {}
    for at = 1, #popped, 2 do ids[#ids + 1] = popped[at] end
    if #ids == 0 then return 0 end
    set('head:' .. lane.letter, max(meter['head:' .. lane.letter] or 0, tonumber(popped[#popped])))
    local seen = call('ZMSCORE', SEEN, unpack(ids))
    call('ZREM', SEEN, unpack(ids))
    local offers, stood, last = {}, {}, 0
    local ending = format('%d', now + rules.claimWindow)
    for at, id in ipairs(ids) do
        if (tonumber(seen[at] or 0)) > now - rules.abandonAfter then
            offers[last + 1] = ending
            offers[last + 2] = id
            stood[last + 1] = id
            stood[last + 2] = format('%d', tonumber(popped[at * 2])) .. ':' .. lane.name
            last = last + 2
        end
    end
    if last > 0 then
        call('ZADD', OFFERED, unpack(offers))
        call('HSET', STOOD, unpack(stood))
    end
    add('abandoned', #ids - last / 2)
    return last / 2
end

local function admitWaiting()
    local taken = call('ZCARD', OFFERED) + call('ZCARD', ACTIVE)
    local count = min(regular() + replacements(), rules.slots - taken)
    if count <= 0 or call('ZCARD', SEEN) == 0 then return end
    spread(count)
    local admitted = 0
    for _, lane in ipairs(lanes) do
        set('turn:' .. lane.letter, lane.turn)
        while lane.given > 0 do
            local some = min(lane.given, 1000)
            admitted = admitted + admitFirst(lane, some)
            lane.given = lane.given - some
        end
    end
    add('replaced', take(admitted))
    add('admitted', admitted)
end

-- Notes the heads and what they were `turn_grace` ago. A history is a string of (when, head), 16 bytes each.
local function advanceFloors()
    local spacing = max(1000000, quotient(rules.turnGrace, historyMax))
    for _, lane in ipairs(lanes) do
        local head, floorField = meter['head:' .. lane.letter] or 0, 'floor:' .. lane.letter
        local field = 'history:' .. lane.letter
        local history = call('HGET', LANES, field) or ''
        local at = 1
        while at < #history do
            local time, old = struct.unpack('>i8I8', history, at)
            if time > now - rules.turnGrace then break end
            set(floorField, max(meter[floorField] or 0, old))
            at = at + 16
        end
        local left = sub(history, at)
        local isDue
        if #left > 0 then
            local time, old = struct.unpack('>i8I8', left, #left - 15)
            isDue = now - time >= spacing and old < head
        else
            isDue = head > (meter[floorField] or 0)
        end
        if isDue then left = left .. struct.pack('>i8I8', now, head) end
        if isDue or at > 1 then call('HSET', LANES, field, left) end
    end
end

-- Where the line stands from the last of the near ones on, at 64 ranks evenly apart behind it, the last place among them:
-- (place, rank) each.
local function takeMarks()
    set('marksVersion', meter.marksVersion + 1)
    set('marksAt', now)
    for _, lane in ipairs(lanes) do
        local rest = call('ZCARD', lane.queue) - nearMax
        local count = min(max(rest, 0), marksMax)
        local marks = {}
        for at = 0, count > 0 and count or -1 do
            local rank = format('%d', nearMax + quotient(at * rest, count) - 1)
            marks[at * 2 + 1] = call('ZRANGE', lane.queue, rank, rank, 'WITHSCORES')[2]
            marks[at * 2 + 2] = rank
        end
        local field = 'marks:' .. lane.letter
        if count > 0 then
            call('HSET', LANES, field, struct.pack('>' .. string.rep('I8', #marks), unpack(marks)))
        else
            call('HDEL', LANES, field)
        end
    end
end

local function text(string) return struct.pack('>I4', #string) .. string end

local function list(strings)
    for at, string in ipairs(strings) do strings[at] = text(string) end
    return struct.pack('>I4', #strings) .. table.concat(strings)
end

-- Who is denied, and for how long still, 24 bytes each.
local function denials()
    local told = call('ZRANGE', REVOKED, 0, revokedMax - 1, 'WITHSCORES')
    for at = 1, #told / 2 do told[at] = told[at * 2 - 1] .. struct.pack('>i8', told[at * 2] - now) end
    return table.concat(told, '', 1, #told / 2)
end

-- Whose sessions have ended since, and up to which that is.
local function endings()
    local told = call('ZRANGE', ENDED, '(' .. ARGV[7], '+inf', 'BYSCORE', 'LIMIT', 0, endedPerTickMax, 'WITHSCORES')
    local count = #told / 2
    local last = tonumber(told[count * 2] or ARGV[7])
    for at = 1, count do told[at] = told[at * 2 - 1] end
    return text(table.concat(told, '', 1, count)) .. struct.pack('>i8', last)
end

local function snapshot(phase)
    if now - meter.marksAt >= marksEvery then takeMarks() end
    local withMarks = tonumber(ARGV[6]) ~= meter.marksVersion
    local parts = {
        text(phase), struct.pack('>i8BI8I8', clock, meter.restoringUntil and 1 or 0, place(meter.epoch, meter.tail),
            meter.marksVersion),
        struct.pack('>I8I8I8', call('ZCARD', OFFERED), call('ZCARD', ACTIVE),
            call('ZCOUNT', SEEN, '(' .. format('%d', now - rules.freshWindow), '+inf')),
        struct.pack('>I8I8I8I8I8I8I8I8', meter.entered or 0, meter.admitted or 0, meter.replaced or 0, meter.claimed or 0,
            meter.missed or 0, meter.abandoned or 0, meter.left or 0, meter.ended or 0),
        struct.pack('>BI8BBi8', meter.drawEpoch and 1 or 0, meter.drawEpoch or 0, meter.drawIsOpened or 0,
            meter.drawOpenedFor and 1 or 0, meter.drawOpenedFor or 0),
        text(sub(meter.drawSeed or '', 2)),
        struct.pack('>B', #lanes),
    }
    for _, lane in ipairs(lanes) do
        parts[#parts + 1] = text(lane.name)
        parts[#parts + 1] = struct.pack('>I8I8I8', call('ZCARD', lane.queue), meter['head:' .. lane.letter] or 0,
            meter['floor:' .. lane.letter] or 0)
        parts[#parts + 1] = text(table.concat(call('ZRANGE', lane.queue, 0, nearMax - 1)))
        parts[#parts + 1] = text(withMarks and call('HGET', LANES, 'marks:' .. lane.letter) or '')
    end
    parts[#parts + 1] = text(withMarks and denials() or '')
    parts[#parts + 1] = list(call('ZRANGE', NODES, 0, -1))
    parts[#parts + 1] = list(call('HGETALL', CONTROL))
    parts[#parts + 1] = endings()
    return table.concat(parts)
end

hear(ARGV[3])
dropExpired()
local phase = phase()
advanceDraw(phase)
refill()
if meter.restoringUntil and (now >= meter.restoringUntil or call('SCARD', AWAITED) == 0) then
    set('restoringUntil', nil)
    call('UNLINK', AWAITED)
end
-- With nobody waiting, nobody was kept out.
if call('ZCARD', SEEN) == 0 then set('owed', 0) end
if (phase == 'auto' or phase == 'queue') and not meter.restoringUntil then admitWaiting() end
advanceFloors()
local told = snapshot(phase)
save()
return answer('t', told)
