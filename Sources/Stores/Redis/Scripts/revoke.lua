-- ARGV[4]: for how long.

for _, id in ipairs(ids) do revoke(id, tonumber(ARGV[4])) end
saveSets()
save()
return answer('d')
