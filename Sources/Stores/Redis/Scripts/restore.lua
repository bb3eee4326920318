-- What a node remembers. ARGV[3]: the node, ARGV[4]: the epoch, ARGV[5]: the lineage if a line begins, ARGV[6]: `1` when the
-- node has said everything, ARGV[7] to ARGV[10]: four blobs of items, ARGV[11]: how many heads follow, three arguments each;
-- then the draw in four, how many nodes to wait for and which, the adapted rate or `-`, and the controls, their version first.

local epoch = tonumber(ARGV[4])
local begins = (meter.epoch or 0) < epoch
if begins then
    begin(epoch, ARGV[5], false)
    set('restoringUntil', now + restoringMax)
end
if (meter.epoch or 0) == 0 then return answer('l') end
-- All that a node brings back to an older line is not all that it brings back to this one.
local isOfThisLine = meter.epoch == epoch
stand(false)
local refusal = align()
if refusal then return refusal end
nameLanes()
applyControls()

local next = 11

local function argument()
    next = next + 1
    return ARGV[next - 1]
end

-- MARK: Watermarks: of two accounts the one that is further on is right

for _ = 1, tonumber(argument()) do
    local name, head, floor = argument(), tonumber(argument()), tonumber(argument())
    for _, lane in ipairs(lanes) do
        if lane.name == name then
            set('head:' .. lane.letter, max(meter['head:' .. lane.letter] or 0, head))
            set('floor:' .. lane.letter, max(meter['floor:' .. lane.letter] or 0, floor))
            break
        end
    end
end

local function mergeDraw(epoch, seed, isOpened, openedFor)
    if not epoch then return end
    if meter.drawEpoch
        and (meter.drawEpoch > epoch or meter.drawEpoch == epoch and meter.drawIsOpened >= isOpened) then
        return
    end
    set('drawEpoch', epoch)
    set('drawSeed', 'x' .. seed)
    set('drawIsOpened', isOpened)
    set('drawOpenedFor', openedFor)
    -- Whoever is counted stands behind whoever was drawn.
    if meter.epoch <= epoch then
        set('epoch', epoch + 1)
        set('tail', 0)
    end
end
mergeDraw(tonumber(argument()), argument(), tonumber(argument()), tonumber(argument()))

local awaited = {}
for at = 1, tonumber(argument()) do awaited[at] = argument() end
if begins and #awaited > 0 then call('SADD', AWAITED, unpack(awaited)) end

-- MARK: Items

local function items(blob, format, size)
    local found = {}
    for at = 1, #blob, size do found[#found + 1] = { struct.unpack(format, blob, at) } end
    return found
end
local denied = items(ARGV[7], '>c16i8', 24)
local marks = items(ARGV[8], '>c16i8', 24)
local sessions = items(ARGV[9], '>c16i8i8', 32)
local tickets = items(ARGV[10], '>c16BI8i8', 33)
for _, part in ipairs({ denied, marks, sessions, tickets }) do
    for _, item in ipairs(part) do ids[#ids + 1] = item[1] end
end
openSets()
local ended = open(ENDED)

-- Of two accounts the one that denies it for longer is right.
for _, item in ipairs(denied) do
    local known = tonumber(call('ZSCORE', REVOKED, item[1]) or nil)
    if not known or known < now + item[2] then revoke(item[1], item[2]) end
end
revoked = open(REVOKED)
for _, item in ipairs(marks) do
    local id = item[1]
    if not active.scores[id] then
        takeOutOfLine(id)
        remove(offered, id)
        -- The floor starts anew, from what it was when the line was lost.
        put(spent, id, now + max(item[2], rules.spentLife))
    end
end
for _, item in ipairs(sessions) do
    local id = item[1]
    local known = active.scores[id]
    local isOver = revoked.scores[id] or ended.scores[id]
    if not isOver and known then
        put(active, id, max(known, now + item[3]))
    elseif not isOver then
        takeOutOfLine(id)
        remove(offered, id)
        startSession(id, item[2], now + item[3])
        put(spent, id, now + rules.spentLife)
    end
end
for _, item in ipairs(tickets) do
    local id, lane, place, ago = item[1], lanes[item[2] + 1], item[3], item[4]
    local isKnown = revoked.scores[id] or active.scores[id] or offered.scores[id] or spent.scores[id] or seen.scores[id]
    local isPassed = rules.method == 'fifo' and place <= (meter['floor:' .. lane.letter] or 0)
    if not isKnown and not awaitsDraw(place) and not isPassed then putInLine(id, lane, place, now - ago) end
end
if ARGV[6] == '1' and isOfThisLine then call('SREM', AWAITED, ARGV[3]) end

-- MARK: Controls, which the rules of the next call are under

local told, version = argument(), tonumber(argument())
if tonumber(control.version or 0) < version then
    call('UNLINK', CONTROL)
    local fields = { 'version', version }
    while next <= #ARGV do fields[#fields + 1] = argument() end
    call('HSET', CONTROL, unpack(fields))
    if control.adapted then call('HSET', CONTROL, 'adapted', control.adapted) end
end
-- Each by its own version: see `RoomControls.merge`.
if told ~= '-' and adaptedVersion(told) > adaptedVersion(control.adapted) then call('HSET', CONTROL, 'adapted', told) end
saveSets()
save()
return answer('d')
