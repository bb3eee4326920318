-- The token bucket; see `Bucket`.

local function filled(credit, elapsed)
    if rules.count <= 0 then return 0 end
    local full = rules.burst * rules.per
    local missing = full - credit
    if missing <= 0 then return full end
    if elapsed >= quotient(missing + rules.count - 1, rules.count) then return full end
    return credit + elapsed * rules.count
end

local function refill()
    if rules.per ~= meter.per then
        set('credit', quotient(meter.credit, meter.per) * rules.per)
        set('spare', quotient(meter.spare, meter.per) * rules.per)
        set('per', rules.per)
    end
    local elapsed = max(0, now - meter.filledAt)
    set('filledAt', max(meter.filledAt, now))
    set('credit', filled(meter.credit, elapsed))
    set('spare', filled(meter.spare, elapsed))
end

local function regular() return quotient(meter.credit, meter.per) end

local function replacements() return min(meter.owed, quotient(meter.spare, meter.per)) end

local function take(count)
    local paid = min(count, regular())
    local replaced = min(count - paid, replacements())
    set('credit', meter.credit - paid * meter.per)
    set('spare', meter.spare - replaced * meter.per)
    set('owed', meter.owed - replaced)
    return replaced
end

-- No more is owed than what was admitted in one claim window.
local function owe(count) set('owed', min(meter.owed + count, admissions(rules.claimWindow))) end
