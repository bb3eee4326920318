-- ARGV[4]: when each session began.

-- A session that is not known here, and has not ended, was lost with another store: it is put back.
local function renew(id, theirs)
    if revoked.scores[id] then return 'x' end
    if not active.scores[id] and spent.scores[id] then return 'e' end
    local start = started(id) or theirs
    if clock >= start + rules.sessionMax then
        release(id)
        return 'e'
    end
    if not active.scores[id] then
        takeOutOfLine(id)
        remove(offered, id)
        put(spent, id, now + rules.spentLife)
    end
    startSession(id, start, now + rules.slotLife)
    return 'r'
end

local codes = {}
for at, id in ipairs(ids) do codes[at] = renew(id, (struct.unpack('>i8', ARGV[4], at * 8 - 7))) end
saveSets()
save()
return answer('r', table.concat(codes))
