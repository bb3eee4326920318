-- ARGV[3]: the ids of the batch.

local refusal = refuse()
if refusal then return refusal end
applyControls()
ids = readIDs(ARGV[3])
openSets()
