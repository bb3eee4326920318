-- ARGV[4]: a letter for each, ARGV[5]: the places of those that bring one.

local phase = phase()
-- Whoever comes before an opening that has been already comes after it, and is counted.
local isDrawn = draws(phase) and not isDrawOver()
local outside = ({ before = 'n', closed = 'c', open = 'u' })[phase]
local mayAdmit = phase == 'auto' and not meter.restoringUntil
local isRefilled = false
local epoch, tail, entered = meter.epoch, meter.tail, 0
local codes, numbers = {}, {}

-- Who is put in line now: the arguments of ZADD, gathered here since most of a batch comes this way, and their places.
local added, newest, places = {}, {}, {}

local function append(id, lane, place)
    local arguments = added[lane]
    if not arguments then
        arguments = {}
        added[lane] = arguments
    end
    local last = #arguments
    arguments[last + 1] = format('%d', place)
    arguments[last + 2] = id
    places[id] = place
    newest[#newest + 1] = id
    entered = entered + 1
    numbers[#numbers + 1] = place
    return 'w'
end

-- Whose turn has passed is let in at the front for `turn_grace`, and not after.
local function putBack(id, lane, place)
    if rules.method == 'fifo' and place <= (meter['floor:' .. lane.letter] or 0) then return 'p' end
    if awaitsDraw(place) then return 'p' end
    return append(id, lane, place)
end

local function admitAtOnce(id, lane, place)
    if seen.count > 0 or #newest > 0 or offered.count + active.count >= rules.slots then return nil end
    if not isRefilled then
        refill()
        isRefilled = true
    end
    if regular() <= 0 then return nil end
    take(1)
    set('head:' .. lane.letter, max(meter['head:' .. lane.letter] or 0, place))
    startSession(id, clock, now + rules.slotLife)
    put(spent, id, now + rules.spentLife)
    entered = entered + 1
    add('admitted', 1)
    add('claimed', 1)
    numbers[#numbers + 1] = clock
    return 'a'
end

local function newcomer(id, lane, drawn)
    if seen.count + #newest >= rules.waitingMax then return 'f' end
    if isDrawn then
        if not drawn or meter.drawIsOpened ~= 0 or floor(drawn / 1099511627776) ~= meter.drawEpoch or awaitsDraw(drawn) then return 'd' end
        return append(id, lane, drawn)
    end
    tail = tail + 1
    local place = place(epoch, tail)
    return mayAdmit and admitAtOnce(id, lane, place) or append(id, lane, place)
end

local revokedScores, activeScores, offeredScores, seenScores, spentScores =
    revoked.scores, active.scores, offered.scores, seen.scores, spent.scores

local function enter(id, lane, isNew, theirs)
    if revokedScores[id] then return 'r' end
    if activeScores[id] then
        numbers[#numbers + 1] = started(id) or clock
        return 'a'
    end
    if offeredScores[id] then return 'o' end
    local place = places[id]
    if not place and seenScores[id] then
        local _, found = placed(id)
        place = found
        if place then put(seen, id, nowText) end
    end
    if place then
        numbers[#numbers + 1] = place
        return 'w'
    end
    if spentScores[id] then return 's' end
    if outside then return outside end
    if not isNew and theirs then return putBack(id, lane, theirs) end
    return newcomer(id, lane, theirs)
end

local letters = { string.byte(ARGV[4], 1, #ids) }
local at = 1
for index, id in ipairs(ids) do
    local letter = letters[index] - 64
    local theirs
    if letter >= 16 then
        theirs = struct.unpack('>I8', ARGV[5], at)
        at = at + 8
    end
    codes[index] = enter(id, lanes[letter % 8 + 1], letter % 16 >= 8, theirs)
end

for lane, arguments in pairs(added) do call('ZADD', lane.queue, unpack(arguments)) end
if #newest > 0 then
    local arguments = {}
    for index, id in ipairs(newest) do
        arguments[index * 2 - 1] = nowText
        arguments[index * 2] = id
    end
    call('ZADD', SEEN, unpack(arguments))
end
set('tail', tail)
add('entered', entered)
saveSets()
save()
return answer('e', table.concat(codes) .. struct.pack('>' .. string.rep('I8', #numbers), unpack(numbers)))
