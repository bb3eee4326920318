-- Which store holds a room's line, decided by all nodes together while this database is the fallback for another store. Acts as
-- `RosterModel` does.

-- Whoever reports or moves locks this row first, so that nobody moves a room on what somebody else is just taking back. It
-- also keeps the furthest watermarks that any node has reported.
create table queue_mode (
    room text primary key,
    holder text not null default 'primary',
    epoch bigint not null default 0,
    epoch_max bigint not null default 0,
    version bigint not null default 0,
    mover text not null default '',
    moved_at bigint not null default 0,

    mark_epoch bigint not null default 0,
    mark_lineage bigint not null default 0,
    mark_tail bigint not null default 0,
    mark_names text[] not null default '{}',
    mark_heads bigint[] not null default '{}',
    mark_floors bigint[] not null default '{}',
    control_version bigint not null default 0,
    control_rate_count bigint,
    control_rate_per bigint,
    control_burst bigint,
    control_slots_max bigint,
    control_state text,
    control_opens_at bigint,
    control_message text,
    control_adapted bigint[],
    draw_epoch bigint,
    draw_seed bytea,
    draw_is_opened boolean,
    draw_opened_for bigint
) with (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

create table queue_node (
    room text not null,
    node text not null,
    heard_at bigint not null,
    -- Null: it does not reach the primary.
    reaches_since bigint,
    -- The version of the mode that it acts by.
    version bigint not null,
    primary key (room, node)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

create function queue_hold_mode(asked_room text) returns queue_mode language plpgsql as $$
declare
    mode queue_mode;
begin
    perform queue_check_isolation();
    select * into mode from queue_mode where room = asked_room for update;
    if not found then
        insert into queue_mode (room) values (asked_room) on conflict do nothing;
        select * into mode from queue_mode where room = asked_room for update;
    end if;
    return mode;
end
$$;

-- What the nodes heard within 3 s say: who they are, how many reach the primary and for how long all of them have, and
-- whether all act by this version.
create function queue_roll(
    asked_room text, clock bigint, asked_version bigint,
    out nodes text[], out reaching bigint, out all_reaching_for bigint, out is_acknowledged boolean
) language sql as $$
    select coalesce(array_agg(node), '{}'), count(reaches_since),
        coalesce(min(coalesce(clock - reaches_since, 0)), 0), coalesce(bool_and(version = asked_version), true)
        from queue_node where room = asked_room and heard_at > clock - 3000000
$$;

-- Of two accounts, what is further on in either.
create function queue_merge_marks(
    mode queue_mode, told_epoch bigint, told_lineage bigint, told_tail bigint,
    names text[], heads bigint[], floors bigint[],
    told_version bigint, rate_count bigint, rate_per bigint, burst bigint, slots_max bigint, state text,
    opens_at bigint, message text, adapted bigint[], told_draw_epoch bigint, told_draw_seed bytea, told_draw_is_opened boolean,
    told_draw_opened_for bigint
) returns queue_mode language plpgsql as $$
declare
    spot integer;
begin
    if told_epoch > mode.mark_epoch then
        mode.mark_epoch := told_epoch;
        mode.mark_lineage := told_lineage;
    end if;
    mode.mark_tail := greatest(mode.mark_tail, told_tail);
    if told_version > mode.control_version then
        mode.control_version := told_version;
        mode.control_rate_count := rate_count;
        mode.control_rate_per := rate_per;
        mode.control_burst := burst;
        mode.control_slots_max := slots_max;
        mode.control_state := state;
        mode.control_opens_at := opens_at;
        mode.control_message := message;
    end if;
    if adapted[1] > coalesce(mode.control_adapted[1], 0) then mode.control_adapted := adapted; end if;
    for at in 1..cardinality(names) loop
        spot := array_position(mode.mark_names, names[at]);
        if spot is not null then
            mode.mark_heads[spot] := greatest(mode.mark_heads[spot], heads[at]);
            mode.mark_floors[spot] := greatest(mode.mark_floors[spot], floors[at]);
        elsif cardinality(mode.mark_names) < 16 then
            mode.mark_names := mode.mark_names || names[at];
            mode.mark_heads := mode.mark_heads || heads[at];
            mode.mark_floors := mode.mark_floors || floors[at];
        end if;
    end loop;
    if told_draw_epoch is not null
        and coalesce((mode.draw_epoch, mode.draw_is_opened) < (told_draw_epoch, told_draw_is_opened), true)
    then
        mode.draw_epoch := told_draw_epoch;
        mode.draw_seed := told_draw_seed;
        mode.draw_is_opened := told_draw_is_opened;
        mode.draw_opened_for := told_draw_opened_for;
    end if;
    return mode;
end
$$;

create function queue_heartbeat(
    asked_room text, node_name text, clock bigint, reaches boolean, acts_by bigint,
    told_epoch bigint, told_lineage bigint, told_tail bigint, names text[], heads bigint[], floors bigint[],
    told_version bigint, rate_count bigint, rate_per bigint, burst bigint, slots_max bigint, state text,
    opens_at bigint, message text, adapted bigint[], told_draw_epoch bigint, told_draw_seed bytea, told_draw_is_opened boolean,
    told_draw_opened_for bigint,
    out mode queue_mode, out moved_ago bigint,
    out nodes text[], out reaching bigint, out all_reaching_for bigint, out is_acknowledged boolean
) language plpgsql as $$
declare
    forgotten_after constant bigint := 3600000000;
    before queue_mode;
begin
    before := queue_hold_mode(asked_room);
    clock := coalesce(clock, queue_clock());
    delete from queue_node where room = asked_room and heard_at <= clock - forgotten_after;
    insert into queue_node as old (room, node, heard_at, reaches_since, version)
        values (asked_room, node_name, clock, case when reaches then clock end, acts_by)
        on conflict (room, node) do update set heard_at = excluded.heard_at, version = excluded.version,
            -- What a node said before it was silent for so long that it did not count, is no longer its word.
            reaches_since = case when reaches then
                case when old.heard_at > clock - 3000000 then coalesce(old.reaches_since, clock) else clock end
            end;
    mode := queue_merge_marks(
        before, told_epoch, told_lineage, told_tail, names, heads, floors, told_version, rate_count, rate_per, burst,
        slots_max, state, opens_at, message, adapted, told_draw_epoch, told_draw_seed, told_draw_is_opened,
        told_draw_opened_for);
    if mode is distinct from before then
        update queue_mode set (
            mark_epoch, mark_lineage, mark_tail, mark_names, mark_heads, mark_floors,
            control_version, control_rate_count, control_rate_per, control_burst, control_slots_max, control_state,
            control_opens_at, control_message, control_adapted, draw_epoch, draw_seed, draw_is_opened, draw_opened_for
        ) = row(
            mode.mark_epoch, mode.mark_lineage, mode.mark_tail, mode.mark_names, mode.mark_heads, mode.mark_floors,
            mode.control_version, mode.control_rate_count, mode.control_rate_per, mode.control_burst,
            mode.control_slots_max, mode.control_state, mode.control_opens_at, mode.control_message, mode.control_adapted,
            mode.draw_epoch, mode.draw_seed, mode.draw_is_opened, mode.draw_opened_for
        ) where room = asked_room;
    end if;
    moved_ago := clock - mode.moved_at;
    select roll.* into nodes, reaching, all_reaching_for, is_acknowledged
        from queue_roll(asked_room, clock, mode.version) as roll;
end
$$;

-- Moves a room if it is still where the caller saw it, and the nodes say what the caller needs: 'nobody' reaches the
-- primary, or 'all' have for so long, or 'always'. Only one node wins.
create function queue_move(
    asked_room text, node_name text, clock bigint, expected_version bigint, new_holder text, new_epoch bigint,
    needs text, steady_for bigint, out is_moved boolean
) language plpgsql as $$
declare
    mode queue_mode := queue_hold_mode(asked_room);
    roll record;
begin
    clock := coalesce(clock, queue_clock());
    select * into roll from queue_roll(asked_room, clock, mode.version);
    is_moved := mode.version = expected_version
        and case needs
            when 'nobody' then roll.reaching = 0
            when 'all' then roll.all_reaching_for >= steady_for
            else needs = 'always'
        end;
    if is_moved then
        update queue_mode set holder = new_holder, epoch = new_epoch, epoch_max = greatest(epoch_max, new_epoch),
            version = version + 1, mover = node_name, moved_at = clock
            where room = asked_room;
    end if;
end
$$;
