-- How a ticket ends, wherever it is.

local function release(id)
    takeOutOfLine(id)
    if remove(offered, id) then owe(1) end
    if endSession(id) then add('ended', 1) end
    put(spent, id, now + rules.spentLife)
end

-- At the ceiling the deny that would end first gives way; so this set is written at once.
local function revoke(id, lasting)
    takeOutOfLine(id)
    if remove(offered, id) then owe(1) end
    if endSession(id) then add('ended', 1) end
    call('ZADD', REVOKED, now + lasting, id)
    if call('ZCARD', REVOKED) > revokedMax then call('ZPOPMIN', REVOKED) end
end
