local codes, numbers = {}, {}

local function granted(start)
    numbers[#numbers + 1] = start
    return 'g'
end

local function claim(id)
    if revoked.scores[id] then return 'r' end
    if active.scores[id] then return granted(started(id) or clock) end
    if remove(offered, id) then
        startSession(id, clock, now + rules.slotLife)
        put(spent, id, now + rules.spentLife)
        add('claimed', 1)
        return granted(clock)
    end
    if seen.scores[id] then return 'w' end
    return spent.scores[id] and 's' or 'u'
end

for at, id in ipairs(ids) do codes[at] = claim(id) end
saveSets()
save()
return answer('c', table.concat(codes) .. struct.pack('>' .. string.rep('I8', #numbers), unpack(numbers)))
