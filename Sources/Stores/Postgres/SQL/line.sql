-- What every call is made of. Only the functions that are called from outside set the path by which names are found, and
-- the planner's choices; these run within them.

-- The caller's rules: `RoomRules`.
create type queue_rules as (
    rate_count bigint, rate_per bigint, burst bigint, slots_max bigint, waiting_max bigint,
    state text, method text, prequeue_at bigint, opens_at bigint, closes_at bigint,
    lane_names text[], lane_shares bigint[],
    claim_window bigint, turn_grace bigint, abandon_after bigint,
    pass_life bigint, session_idle bigint, session_max bigint, standstill_after bigint,
    rate_min_count bigint, rate_min_per bigint, rate_max_count bigint, rate_max_per bigint
);

create function queue_clock() returns bigint language sql as $$
    select (extract(epoch from clock_timestamp()) * 1000000)::bigint
$$;

-- MARK: places

create function queue_place(epoch bigint, number bigint) returns bigint language sql immutable as $$
    select least(epoch, 8191) << 40 | least(number, 1099511627775)
$$;

-- A place of the pre-queue, whose number is still to be drawn.
create function queue_awaits_draw(place bigint) returns boolean language sql immutable as $$
    select place <> 0 and place & 1099511627775 = 0
$$;

-- The first place of the run that a place belongs to. Numbers that are counted come one after another, 256 to a run. Those
-- which are drawn lie anywhere below 2^39, in a thousand runs; the one in 256 that lies below 2^31 has a run almost for itself.
create function queue_run_of(place bigint) returns bigint language sql immutable as $$
    select case when place & 1099511627775 < 2147483648 then place & ~255::bigint else place & ~536870911::bigint end
$$;

-- MARK: rules

create function queue_admissions(count bigint, per bigint, in_time bigint) returns bigint language sql immutable as $$
    select case
        when in_time <= 0 then 0
        when (in_time / per)::numeric * count > 9223372036854775807 then 9223372036854775807
        else in_time / per * count + in_time % per * count / per
    end
$$;

-- The rate that the origin's health has led to, within the bounds of the rules.
create function queue_adapted(inout rules queue_rules, adapted bigint[]) language plpgsql immutable as $$
begin
    if adapted[2] * rules.rate_min_per < rules.rate_min_count * adapted[3] then
        rules.rate_count := rules.rate_min_count;
        rules.rate_per := rules.rate_min_per;
    elsif adapted[2] * rules.rate_max_per > rules.rate_max_count * adapted[3] then
        rules.rate_count := rules.rate_max_count;
        rules.rate_per := rules.rate_max_per;
    else
        rules.rate_count := adapted[2];
        rules.rate_per := adapted[3];
    end if;
end
$$;

-- The rules with the live changes over them.
create function queue_under(rules queue_rules, kept queue_room) returns queue_rules language plpgsql as $$
declare
    is_adapted boolean := kept.control_rate_count is null and kept.control_adapted is not null
        and rules.rate_min_count is not null;
begin
    if kept.control_rate_count is not null then
        rules.rate_count := kept.control_rate_count;
        rules.rate_per := kept.control_rate_per;
    elsif is_adapted then
        rules := queue_adapted(rules, kept.control_adapted);
    end if;
    if kept.control_rate_count is not null or is_adapted then
        rules.burst := least(queue_admissions(rules.rate_count, rules.rate_per, 500000) + 2, 100000);
    end if;
    if kept.control_burst is not null then rules.burst := least(greatest(kept.control_burst, 1), 100000); end if;
    if kept.control_slots_max is not null then rules.slots_max := greatest(kept.control_slots_max, 0); end if;
    rules.state := coalesce(kept.control_state, rules.state);
    rules.opens_at := coalesce(kept.control_opens_at, rules.opens_at);
    return rules;
end
$$;

create function queue_phase(rules queue_rules, at bigint) returns text language sql immutable as $$
    select case
        when rules.state = 'closed' or at >= rules.closes_at then 'closed'
        when at < rules.opens_at then case when at >= rules.prequeue_at then 'prequeue' else 'before' end
        else rules.state
    end
$$;

create function queue_draws(rules queue_rules, phase text) returns boolean language sql immutable as $$
    select phase = 'prequeue' or rules.method = 'random' and phase not in ('before', 'closed')
$$;

create function queue_slot_life(rules queue_rules) returns bigint language sql immutable as $$
    select greatest(rules.session_idle, rules.pass_life)
$$;

create function queue_history_spacing(rules queue_rules) returns bigint language sql immutable as $$
    select greatest(1000000, rules.turn_grace / 300)
$$;

create function queue_spent_life(rules queue_rules) returns bigint language sql immutable as $$
    select greatest(
        rules.turn_grace + 10 * queue_history_spacing(rules), rules.pass_life,
        case when rules.method = 'random' then rules.session_max end)
$$;

-- MARK: the room's row

create function queue_check_isolation() returns void language plpgsql as $$
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'calls of the waiting room need the isolation level read committed, and this is %',
            current_setting('transaction_isolation') using hint = 'Set default_transaction_isolation for its user.';
    end if;
end
$$;

-- Locks the room's row and gives it. What a caller waited for here is seen by all that it does after, since every statement
-- reads what is committed when it begins.
create function queue_hold(asked_room text, is_made boolean) returns queue_room language plpgsql as $$
declare
    kept queue_room;
begin
    perform queue_check_isolation();
    select * into kept from queue_room where room = asked_room for update;
    if not found and is_made then
        insert into queue_room (room) values (asked_room) on conflict do nothing;
        select * into kept from queue_room where room = asked_room for update;
    end if;
    return kept;
end
$$;

-- Whether this is the line that the caller knows, or one that came after it.
create function queue_holds(kept queue_room, asked_epoch bigint, asked_lineage bigint) returns boolean language sql as $$
    select coalesce(
        kept.epoch <> 0
            and (kept.epoch > asked_epoch or kept.epoch = asked_epoch and asked_lineage in (kept.lineage, 0)),
        false)
$$;

-- Whichever call comes first after an outage, or after the clock was set back, finds the line's time where it was: `Line.stand`.
create function queue_stand(kept queue_room, rules queue_rules, clock bigint, is_tick boolean)
returns queue_room language plpgsql as $$
declare
    gap bigint := clock - kept.ticked_at;
    is_jump boolean := gap > rules.standstill_after or gap < 0;
begin
    if is_jump then kept.standstill := kept.standstill + gap; end if;
    if is_jump or is_tick then kept.ticked_at := clock; end if;
    return kept;
end
$$;

create function queue_save(before queue_room, kept queue_room) returns void language plpgsql as $$
begin
    if kept is not distinct from before then return; end if;
    update queue_room set (
        epoch, lineage, tail,
        lane_next, lane_numbers, lane_names, lane_shares, lane_waiting, lane_heads, lane_floors, lane_turns,
        bucket_credit, bucket_spare, bucket_owed, bucket_per, bucket_filled_at,
        control_version, control_rate_count, control_rate_per, control_burst, control_slots_max, control_state,
        control_opens_at, control_message, control_adapted,
        draw_epoch, draw_seed, draw_is_opened, draw_opened_for, totals,
        waiting, offered, sessions, revoked, ended, ended_last, stale, stale_until, seen_after, due_after,
        marks_version, marks_at, restoring_until, awaited, standstill, ticked_at
    ) = row(
        kept.epoch, kept.lineage, kept.tail,
        kept.lane_next, kept.lane_numbers, kept.lane_names, kept.lane_shares, kept.lane_waiting, kept.lane_heads,
        kept.lane_floors, kept.lane_turns,
        kept.bucket_credit, kept.bucket_spare, kept.bucket_owed, kept.bucket_per, kept.bucket_filled_at,
        kept.control_version, kept.control_rate_count, kept.control_rate_per, kept.control_burst, kept.control_slots_max,
        kept.control_state, kept.control_opens_at, kept.control_message, kept.control_adapted,
        kept.draw_epoch, kept.draw_seed, kept.draw_is_opened, kept.draw_opened_for, kept.totals,
        kept.waiting, kept.offered, kept.sessions, kept.revoked, kept.ended, kept.ended_last, kept.stale, kept.stale_until, kept.seen_after,
        kept.due_after,
        kept.marks_version, kept.marks_at, kept.restoring_until, kept.awaited, kept.standstill, kept.ticked_at
    ) where room = kept.room;
end
$$;

-- Everything that was there is forgotten; the row stays locked.
create function queue_begin(
    kept queue_room, new_epoch bigint, new_lineage bigint, rules queue_rules, is_full boolean, at bigint
) returns queue_room language plpgsql as $$
begin
    insert into queue_litter (line) values (kept.line);
    update queue_room set
        line = default, epoch = new_epoch, lineage = new_lineage, tail = default,
        lane_next = default, lane_numbers = default, lane_names = default, lane_shares = default, lane_waiting = default,
        lane_heads = default, lane_floors = default, lane_turns = default,
        bucket_credit = case when is_full then rules.burst * rules.rate_per else 0 end, bucket_spare = default,
        bucket_owed = default, bucket_per = rules.rate_per, bucket_filled_at = at,
        control_version = default, control_rate_count = default, control_rate_per = default, control_burst = default,
        control_slots_max = default, control_state = default, control_opens_at = default, control_message = default,
        control_adapted = default,
        draw_epoch = default, draw_seed = default, draw_is_opened = default, draw_opened_for = default, totals = default,
        waiting = default, offered = default, sessions = default, revoked = default, ended = default,
        ended_last = default, stale = default,
        stale_until = default, seen_after = default, due_after = default,
        marks_version = default, marks_at = default, restoring_until = default, awaited = default,
        standstill = default, ticked_at = at
        where room = kept.room returning * into kept;
    return kept;
end
$$;

-- The rules' lanes in their order, then those which the rules do not name any more, until they are empty.
create function queue_align(kept queue_room, rules queue_rules) returns queue_room language plpgsql as $$
declare
    before queue_room := kept;
    old integer;
begin
    if kept.lane_names = rules.lane_names and kept.lane_shares = rules.lane_shares then return kept; end if;
    kept.lane_numbers := '{}';
    kept.lane_names := rules.lane_names;
    kept.lane_shares := rules.lane_shares;
    kept.lane_waiting := '{}';
    kept.lane_heads := '{}';
    kept.lane_floors := '{}';
    kept.lane_turns := '{}';
    for at in 1..cardinality(before.lane_names) loop
        if before.lane_waiting[at] > 0 and not before.lane_names[at] = any(rules.lane_names) then
            kept.lane_names := kept.lane_names || before.lane_names[at];
            kept.lane_shares := kept.lane_shares || 0::bigint;
        end if;
    end loop;
    for at in 1..cardinality(kept.lane_names) loop
        old := array_position(before.lane_names, kept.lane_names[at]);
        kept.lane_numbers := kept.lane_numbers || coalesce(before.lane_numbers[old], kept.lane_next);
        if old is null then kept.lane_next := kept.lane_next + 1; end if;
        kept.lane_waiting := kept.lane_waiting || coalesce(before.lane_waiting[old], 0);
        kept.lane_heads := kept.lane_heads || coalesce(before.lane_heads[old], 0);
        kept.lane_floors := kept.lane_floors || coalesce(before.lane_floors[old], 0);
        kept.lane_turns := kept.lane_turns || coalesce(before.lane_turns[old], 0);
    end loop;
    delete from queue_history where line = kept.line and not lane = any(kept.lane_numbers);
    delete from queue_mark where line = kept.line and not lane = any(kept.lane_numbers);
    return kept;
end
$$;

create function queue_count(kept queue_room, total integer, more bigint) returns queue_room language plpgsql as $$
begin
    kept.totals[total] := kept.totals[total] + more;
    return kept;
end
$$;

-- MARK: the bucket, as `Bucket` has it

create function queue_filled(credit bigint, elapsed bigint, rules queue_rules) returns bigint language sql immutable as $$
    select case
        when rules.rate_count <= 0 then 0
        when credit >= rules.burst * rules.rate_per then rules.burst * rules.rate_per
        when elapsed >= (rules.burst * rules.rate_per - credit + rules.rate_count - 1) / rules.rate_count
            then rules.burst * rules.rate_per
        else credit + elapsed * rules.rate_count
    end
$$;

create function queue_refill(kept queue_room, rules queue_rules, at bigint) returns queue_room language plpgsql as $$
declare
    elapsed bigint := greatest(0, at - kept.bucket_filled_at);
begin
    if rules.rate_per <> kept.bucket_per then
        kept.bucket_credit := kept.bucket_credit / kept.bucket_per * rules.rate_per;
        kept.bucket_spare := kept.bucket_spare / kept.bucket_per * rules.rate_per;
        kept.bucket_per := rules.rate_per;
    end if;
    kept.bucket_filled_at := greatest(kept.bucket_filled_at, at);
    kept.bucket_credit := queue_filled(kept.bucket_credit, elapsed, rules);
    kept.bucket_spare := queue_filled(kept.bucket_spare, elapsed, rules);
    return kept;
end
$$;

create function queue_owe(kept queue_room, more bigint, rules queue_rules) returns queue_room language plpgsql as $$
begin
    kept.bucket_owed := least(
        kept.bucket_owed + more, queue_admissions(rules.rate_count, rules.rate_per, rules.claim_window));
    return kept;
end
$$;

-- MARK: in and out of line

-- `lanes` counts from 1, in the order of the room's row. No id is in the line, nor twice among these.
create function queue_put_in_line(kept queue_room, ids uuid[], lanes integer[], places bigint[], seens bigint[])
returns queue_room language plpgsql as $$
declare
    found_lane record;
begin
    if coalesce(cardinality(ids), 0) = 0 then return kept; end if;
    insert into queue_waiting (line, lane, place, id)
        select kept.line, kept.lane_numbers[lane], place, id from unnest(ids, lanes, places) as new(id, lane, place);
    insert into queue_seen (line, seen, id) select kept.line, seen, id from unnest(ids, seens) as new(id, seen);
    insert into queue_run as old (line, lane, run, waiting)
        select kept.line, kept.lane_numbers[lane], queue_run_of(place), count(*)
            from unnest(lanes, places) as new(lane, place) group by 2, 3
        on conflict (line, lane, run) do update set waiting = old.waiting + excluded.waiting;
    for found_lane in select lane, count(*) from unnest(lanes) as new(lane) group by lane loop
        kept.lane_waiting[found_lane.lane] := kept.lane_waiting[found_lane.lane] + found_lane.count;
    end loop;
    kept.waiting := kept.waiting + cardinality(ids);
    select kept.stale + count(*) filter (where seen <= kept.stale_until), least(kept.seen_after, min(seen) - 1)
        into kept.stale, kept.seen_after from unnest(seens) as new(seen);
    return kept;
end
$$;

-- Whoever of these is not in the line does not matter.
create function queue_take_out_of_line(kept queue_room, ids uuid[]) returns queue_room language plpgsql as $$
declare
    found_lane record;
    at integer;
begin
    if kept.waiting = 0 or coalesce(cardinality(ids), 0) = 0 then return kept; end if;
    for found_lane in
        with gone as (
            delete from queue_waiting where line = kept.line and id = any(ids) returning lane, place
        ), shorter as (
            select lane, queue_run_of(place) as run, count(*) from gone group by 1, 2
        ), runs as (
            update queue_run set waiting = waiting - shorter.count from shorter
                where queue_run.line = kept.line and queue_run.lane = shorter.lane and queue_run.run = shorter.run
        )
        select lane, sum(count)::bigint as count from shorter group by lane
    loop
        at := array_position(kept.lane_numbers, found_lane.lane);
        kept.lane_waiting[at] := kept.lane_waiting[at] - found_lane.count;
        kept.waiting := kept.waiting - found_lane.count;
    end loop;
    with gone as (
        delete from queue_seen where line = kept.line and id = any(ids) returning seen
    )
    select kept.stale - count(*) filter (where seen <= kept.stale_until) into kept.stale from gone;
    return kept;
end
$$;

-- Gives who of these is in the line; they were seen.
create function queue_see(inout kept queue_room, inout ids uuid[], at bigint) language plpgsql as $$
declare
    was_stale bigint;
begin
    if kept.stale > 0 then
        select count(*) into was_stale from queue_seen
            where line = kept.line and id = any(ids) and seen + 0 <= kept.stale_until;
        kept.stale := kept.stale - was_stale;
    end if;
    with found as (
        update queue_seen set seen = at where line = kept.line and id = any(ids) returning id
    )
    select coalesce(array_agg(id), '{}') into ids from found;
    -- Only by a clock that has gone back.
    if at <= kept.stale_until then kept.stale := kept.stale + cardinality(ids); end if;
    if cardinality(ids) > 0 then kept.seen_after := least(kept.seen_after, at - 1); end if;
end
$$;

-- MARK: offered, sessions, spent

create function queue_withdraw(kept queue_room, ids uuid[]) returns queue_room language plpgsql as $$
declare
    count bigint;
begin
    if kept.offered = 0 then return kept; end if;
    delete from queue_offered where line = kept.line and id = any(ids);
    get diagnostics count = row_count;
    kept.offered := kept.offered - count;
    return kept;
end
$$;

create function queue_end_sessions(kept queue_room, ids uuid[]) returns queue_room language plpgsql as $$
declare
    count bigint;
begin
    if kept.sessions = 0 then return kept; end if;
    delete from queue_session where line = kept.line and id = any(ids);
    get diagnostics count = row_count;
    kept.sessions := kept.sessions - count;
    return queue_count(kept, 8, count);
end
$$;

-- Those which go on already go on as they began. No id twice among these.
create function queue_start_sessions(kept queue_room, ids uuid[], starts bigint[], untils bigint[])
returns queue_room language plpgsql as $$
declare
    count bigint;
begin
    if coalesce(cardinality(ids), 0) = 0 then return kept; end if;
    update queue_session as old set until = new.until from unnest(ids, untils) as new(id, until)
        where old.line = kept.line and old.id = new.id;
    insert into queue_session (line, id, started_at, until)
        select kept.line, id, started_at, until from unnest(ids, starts, untils) as new(id, started_at, until)
        on conflict do nothing;
    get diagnostics count = row_count;
    kept.sessions := kept.sessions + count;
    kept.due_after := least(kept.due_after, (select min(until) - 1 from unnest(untils) as new(until)));
    return kept;
end
$$;

-- No id twice among these.
create function queue_spend(kept queue_room, ids uuid[], untils bigint[]) returns queue_room language plpgsql as $$
begin
    if coalesce(cardinality(ids), 0) = 0 then return kept; end if;
    insert into queue_spent (line, id, until) select kept.line, id, until from unnest(ids, untils) as new(id, until)
        on conflict (line, id) do update set until = excluded.until;
    kept.due_after := least(kept.due_after, (select min(until) - 1 from unnest(untils) as new(until)));
    return kept;
end
$$;

-- One time for each of so many.
create function queue_times(value bigint, ids uuid[]) returns bigint[] language sql immutable as $$
    select array_fill(value, array[coalesce(cardinality(ids), 0)])
$$;
