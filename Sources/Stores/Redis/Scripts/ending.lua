-- How a ticket ends, wherever it is.

-- Its passes are to be refused by every node. Each has a time of its own, later than all before: a caller says up to which it has
-- heard. Written at once, as nothing else in a batch asks for it.
local function noteEnded(id)
    local ending = max((meter.endedLast or 0) + 1, now + rules.endedLife)
    if call('ZADD', ENDED, 'NX', format('%d', ending), id) == 0 then return end
    set('endedLast', ending)
    if call('ZCARD', ENDED) > endedMax then call('ZPOPMIN', ENDED) end
end

local function release(id)
    takeOutOfLine(id)
    if remove(offered, id) then owe(1) end
    if endSession(id) then add('ended', 1) end
    put(spent, id, now + rules.spentLife)
    noteEnded(id)
end

-- At the ceiling the deny that would end first gives way; so this set is written at once.
local function revoke(id, lasting)
    takeOutOfLine(id)
    if remove(offered, id) then owe(1) end
    if endSession(id) then add('ended', 1) end
    call('ZADD', REVOKED, now + lasting, id)
    if call('ZCARD', REVOKED) > revokedMax then call('ZPOPMIN', REVOKED) end
end
