-- ARGV[3]: a rate, ARGV[4]: why, ARGV[5]: the version that the proposer has seen. Who has seen another proposes in vain.

local refusal = refuse()
if refusal then return refusal end
local version = adaptedVersion(call('HGET', CONTROL, 'adapted') or nil)
if version == tonumber(ARGV[5]) then
    call('HSET', CONTROL, 'adapted', format('%d %s %d %s', version + 1, ARGV[3], clock, ARGV[4]))
end
save()
return answer('d')
