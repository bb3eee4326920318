-- ARGV[3…]: a name and `=value`, or `-` for one that is taken back.

local refusal = refuse()
if refusal then return refusal end
call('HINCRBY', CONTROL, 'version', 1)
for at = 3, #ARGV, 2 do
    if ARGV[at + 1] == '-' then
        call('HDEL', CONTROL, ARGV[at])
    else
        call('HSET', CONTROL, ARGV[at], sub(ARGV[at + 1], 2))
    end
end
save()
return answer('d')
