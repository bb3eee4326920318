for _, id in ipairs(ids) do release(id) end
saveSets()
save()
return answer('d')
