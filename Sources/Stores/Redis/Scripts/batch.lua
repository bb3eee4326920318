-- ARGV[3]: the ids of the batch.

if not holds() then return answer('l') end
local fault = align()
if fault then return fault end
applyControls()
ids = readIDs(ARGV[3])
openSets()
