-- A line begins: everything that was there is forgotten, except which nodes were heard from.

local function begin(epoch, lineage, isFull)
    local gone = {}
    for at, key in ipairs(KEYS) do
        if key ~= NODES then gone[#gone + 1] = key end
    end
    call('UNLINK', unpack(gone))
    meter, dirty = {}, {}
    set('schema', schema)
    set('epoch', epoch)
    set('lineage', 'x' .. lineage)
    set('tail', 0)
    set('per', rules.per)
    set('credit', isFull and rules.burst * rules.per or 0)
    set('spare', 0)
    set('owed', 0)
    set('filledAt', clock)
    set('tickedAt', clock)
    set('marksVersion', 0)
    set('marksAt', 0)
    tellTime()
end
