-- What every script begins with: the call's header, the room's meter, its lanes, its rules.
--
-- Each script does in Redis what `Line` does in a process, function by function; the names are the same. Numbers are doubles
-- here, all of them whole and below 2^53. Redis writes a number argument with 17 digits, so nothing of them is lost; what is
-- said in the answer is packed. Strings that look like numbers are the danger: no text field of the meter can be read as one.

local call, floor, max, min, format, sub = redis.call, math.floor, math.max, math.min, string.format, string.sub

local METER, CONTROL, LANES, NODES, AWAITED = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local SEEN, OFFERED, ACTIVE, STARTED, SPENT, REVOKED = KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11]
local STOOD, ENDED = KEYS[12], KEYS[13]
-- The queue of the lane in slot n, from 1 on, is KEYS[13 + n].
local QUEUES = 13
local slotsMax = #KEYS - QUEUES

-- MARK: The call

local askedLanes = ARGV[2]
local asked, rules
do
    local epoch, lineage, clock, count, per, burst, slots, waitingMax, state, method, prequeueAt, opensAt, closesAt,
        claimWindow, turnGrace, abandonAfter, slotLife, spentLife, freshWindow, sessionMax, standstillAfter, endedLife,
        minCount, minPer, maxCount, maxPer =
        string.match(ARGV[1], headerPattern)
    asked = { epoch = tonumber(epoch), lineage = lineage, clock = tonumber(clock) }
    -- What is not set is `-`, which is no number.
    rules = {
        count = tonumber(count), per = tonumber(per), burst = tonumber(burst), slots = tonumber(slots),
        waitingMax = tonumber(waitingMax), state = state, method = method, prequeueAt = tonumber(prequeueAt),
        opensAt = tonumber(opensAt), closesAt = tonumber(closesAt), claimWindow = tonumber(claimWindow),
        turnGrace = tonumber(turnGrace), abandonAfter = tonumber(abandonAfter), slotLife = tonumber(slotLife),
        spentLife = tonumber(spentLife), freshWindow = tonumber(freshWindow), sessionMax = tonumber(sessionMax),
        standstillAfter = tonumber(standstillAfter), endedLife = tonumber(endedLife),
        minCount = tonumber(minCount), minPer = tonumber(minPer), maxCount = tonumber(maxCount), maxPer = tonumber(maxPer),
    }
end

-- The server's clock, unless the caller brings one.
local clock = asked.clock
if not clock then
    local time = call('TIME')
    clock = time[1] * 1000000 + time[2]
end

-- MARK: The meter

local meter, dirty = {}, {}
do
    local flat = call('HGETALL', METER)
    for at = 1, #flat, 2 do meter[flat[at]] = tonumber(flat[at + 1]) or flat[at + 1] end
end

-- Nodes of another version may keep something else under the same names: what they wrote is neither read nor changed.
if meter.epoch and meter.schema ~= schema then
    return redis.error_reply('SCHEMA ' .. (meter.schema or 'without a number') .. ' is what this line is kept in, and this '
        .. 'version of the program knows ' .. schema)
end

local function set(field, value)
    if meter[field] ~= value then
        meter[field] = value
        dirty[field] = true
    end
end

local function add(field, count)
    if count ~= 0 then set(field, (meter[field] or 0) + count) end
end

-- The line's own time, see `Line.Moment`.
local now, nowText
local function tellTime()
    now = clock - (meter.standstill or 0)
    nowText = format('%d', now)
end
tellTime()

-- Writes what has changed of the meter.
local function save()
    local written, gone = {}, {}
    for field in pairs(dirty) do
        local value = meter[field]
        if value == nil then
            gone[#gone + 1] = field
        else
            written[#written + 1] = field
            written[#written + 1] = value
        end
    end
    if #written > 0 then call('HSET', METER, unpack(written)) end
    if #gone > 0 then call('HDEL', METER, unpack(gone)) end
end

-- One string: what kind of answer, which line, and what came of it.
local function answer(kind, payload)
    return kind .. struct.pack('>I8', meter.epoch or 0) .. sub(meter.lineage or 'x0000000000000000', 2) .. (payload or '')
end

-- Whether this is the line that the caller knows, or one that came after it.
local function holds()
    local epoch = meter.epoch or 0
    if epoch == 0 then return false end
    return epoch > asked.epoch
        or epoch == asked.epoch
            and (meter.lineage == 'x' .. asked.lineage or asked.lineage == '0000000000000000')
end

-- MARK: Lanes

-- In order: { name =, share =, slot =, letter =, queue = }. Names and shares are filled in by `nameLanes`.
local lanes = {}

local function lane(letter)
    local slot = string.byte(letter) - 96
    return { slot = slot, letter = letter, queue = KEYS[QUEUES + slot] }
end

-- `3:7:general,1:3:vip,`: shares, lengths, names.
local function parsedLanes(text)
    local found, at = {}, 1
    while at <= #text do
        local share, length, start = string.match(text, '^(%d+):(%d+):()', at)
        found[#found + 1] = { name = sub(text, start, start + length - 1), share = tonumber(share) }
        at = start + length + 1
    end
    return found
end

local function nameLanes()
    for at, named in ipairs(parsedLanes(meter.lanes or '')) do
        lanes[at].name = named.name
        lanes[at].share = named.share
    end
end

-- Slots are written `=abc`.
local function openLanes()
    local letters = meter.slots or '='
    lanes = {}
    for at = 2, #letters do lanes[at - 1] = lane(sub(letters, at, at)) end
end

-- The rules' lanes in their order, then those which the rules do not name any more, until they are empty. Gives an error
-- when there is no slot for them all, before anything is written.
local function align()
    openLanes()
    if meter.lanes == askedLanes then return nil end
    nameLanes()
    local aligned, known, taken = {}, {}, {}
    for _, old in ipairs(lanes) do known[old.name] = old end
    for at, rule in ipairs(parsedLanes(askedLanes)) do
        local old = known[rule.name]
        known[rule.name] = nil
        aligned[at] = old or { name = rule.name }
        aligned[at].share = rule.share
        if old then taken[old.letter] = true end
    end
    for _, old in ipairs(lanes) do
        if known[old.name] and call('ZCARD', old.queue) > 0 then
            old.share = 0
            taken[old.letter] = true
            known[old.name] = nil
            aligned[#aligned + 1] = old
        end
    end
    if #aligned > slotsMax then
        return redis.error_reply('LANES more than ' .. slotsMax .. ' lanes, drained ones included: wait until one is empty')
    end
    for _, gone in pairs(known) do
        for _, field in ipairs({'head:', 'floor:', 'turn:'}) do set(field .. gone.letter, nil) end
        call('HDEL', LANES, 'history:' .. gone.letter, 'marks:' .. gone.letter)
    end
    local free = 1
    local spelled, letters = {}, {}
    for at, one in ipairs(aligned) do
        if not one.letter then
            while taken[string.char(96 + free)] do free = free + 1 end
            local letter = string.char(96 + free)
            taken[letter] = true
            one.letter, one.slot, one.queue = letter, free, KEYS[QUEUES + free]
        end
        spelled[at] = one.share .. ':' .. #one.name .. ':' .. one.name .. ','
        letters[at] = one.letter
    end
    lanes = aligned
    set('lanes', table.concat(spelled))
    set('slots', '=' .. table.concat(letters))
    return nil
end

-- MARK: Before anything is done

-- Time without a tick did not pass for the line, nor did what a clock was set back by.
local function stand(isTick)
    local gap = clock - meter.tickedAt
    local isJump = gap > rules.standstillAfter or gap < 0
    if isJump then add('standstill', gap) end
    if isJump or isTick then set('tickedAt', clock) end
    tellTime()
end

-- What every call but `restore` begins with. Gives the answer where nothing is to be done.
local function refuse(isTick)
    if not holds() then return answer('l') end
    stand(isTick)
    return align()
end

-- MARK: Rules

-- Whole numbers, rounded down.
local function quotient(number, divisor) return (number - number % divisor) / divisor end

-- How many come in a time, at the rate of the rules.
local function admissions(time)
    local whole = quotient(max(0, time), rules.per)
    return whole * rules.count + quotient(max(0, time) % rules.per * rules.count, rules.per)
end

-- The rate that the origin's health has led to, within the bounds of the rules.
local function adapted(text)
    local count, per = string.match(text, '^%d+ (%d+)/(%d+) ')
    count, per = tonumber(count), tonumber(per)
    if count * rules.minPer < rules.minCount * per then return rules.minCount, rules.minPer end
    if count * rules.maxPer > rules.maxCount * per then return rules.maxCount, rules.maxPer end
    return count, per
end

local function adaptedVersion(text) return tonumber(string.match(text or '0', '^%d+')) end

-- The controls as text, and the rules with them over.
local control = {}
local function applyControls()
    local flat = call('HGETALL', CONTROL)
    for at = 1, #flat, 2 do control[flat[at]] = flat[at + 1] end
    if control.rate then
        local count, per = string.match(control.rate, '^(%d+)/(%d+)$')
        rules.count, rules.per = tonumber(count), tonumber(per)
    elseif control.adapted and rules.minCount then
        rules.count, rules.per = adapted(control.adapted)
    end
    if control.rate or control.adapted and rules.minCount then
        rules.burst = min(admissions(tickLateMax) + 2, burstMax)
    end
    if control.burst then rules.burst = min(max(tonumber(control.burst), 1), burstMax) end
    if control.slotsMax then rules.slots = max(tonumber(control.slotsMax), 0) end
    if control.state then rules.state = control.state end
    if control.opensAt then rules.opensAt = tonumber(control.opensAt) end
end

local function phase()
    if rules.state == 'closed' or rules.closesAt and clock >= rules.closesAt then return 'closed' end
    if rules.opensAt and clock < rules.opensAt then
        return rules.prequeueAt and clock >= rules.prequeueAt and 'prequeue' or 'before'
    end
    return rules.state
end

local function draws(phase)
    return phase == 'prequeue' or rules.method == 'random' and phase ~= 'before' and phase ~= 'closed'
end

-- What ends a draw: the opening, or by lot the close.
local function drawEnd() return rules.method == 'random' and rules.closesAt or rules.method ~= 'random' and rules.opensAt or nil end

-- It was drawn for this end, or a later one: what comes before it again does not draw again.
local function isDrawOver()
    local ending = drawEnd()
    return meter.drawIsOpened == 1 and meter.drawOpenedFor and ending and ending <= meter.drawOpenedFor or false
end

-- A ticket of the pre-queue, whose number is drawn at the opening.
local function awaitsDraw(place) return place ~= 0 and place % 1099511627776 == 0 end

local function place(epoch, number) return min(epoch, epochMax) * 1099511627776 + min(number, 1099511627775) end
