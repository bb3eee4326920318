-- What is called from outside finds names in this schema whatever the caller's path is, and is planned for long lines
-- although a table may have been empty when the plan was made: by index, row by row, once for all parameters.

do $$
declare
    name text;
begin
    foreach name in array array[
        'queue_enter', 'queue_beat', 'queue_admit', 'queue_claim', 'queue_renew', 'queue_release', 'queue_leave',
        'queue_revoke', 'queue_control', 'queue_adapt', 'queue_restore', 'queue_read', 'queue_heartbeat', 'queue_move'
    ] loop
        execute format('alter function %I set search_path from current', name);
        execute format('alter function %I set plan_cache_mode = force_generic_plan', name);
        execute format('alter function %I set enable_seqscan = off', name);
        execute format('alter function %I set enable_bitmapscan = off', name);
        execute format('alter function %I set enable_hashjoin = off', name);
        execute format('alter function %I set enable_mergejoin = off', name);
        execute format('alter function %I set enable_material = off', name);
        execute format('alter function %I set jit = off', name);
    end loop;
end
$$;
