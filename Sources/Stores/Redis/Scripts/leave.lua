-- Whoever only waited may come back with its ticket; whoever was inside may not.

for _, id in ipairs(ids) do
    if takeOutOfLine(id) then
        add('left', 1)
    elseif remove(offered, id) then
        add('left', 1)
        owe(1)
    elseif active.scores[id] then
        release(id)
    end
end
saveSets()
save()
return answer('d')
