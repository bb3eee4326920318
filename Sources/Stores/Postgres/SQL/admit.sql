-- One tick: what has expired goes, the bucket fills, the lowest places are admitted; and what is told of the room after.

create function queue_hear(asked_room text, node_name text, at bigint) returns void language plpgsql as $$
begin
    delete from queue_heard where room = asked_room and heard_at <= at - 3000000;
    update queue_heard set heard_at = at where room = asked_room and node = node_name;
    if not found and (select count(*) from queue_heard where room = asked_room) < 1000 then
        insert into queue_heard (room, node, heard_at) values (asked_room, node_name, at);
    end if;
end
$$;

-- Counts anew who is stale at another time, from who was at the last.
create function queue_age(kept queue_room, until bigint) returns queue_room language plpgsql as $$
begin
    if until > kept.stale_until and kept.stale < kept.waiting then
        kept.stale := kept.stale + (
            select count(*) from queue_seen
                where line = kept.line and seen > greatest(kept.stale_until, kept.seen_after) and seen <= until);
    elsif until < kept.stale_until and kept.stale > 0 then
        kept.stale := kept.stale - (
            select count(*) from queue_seen where line = kept.line and seen > until and seen <= kept.stale_until);
    end if;
    kept.stale_until := until;
    return kept;
end
$$;

-- At most a thousand of each kind; the rest waits for the next tick.
create function queue_drop_expired(kept queue_room, rules queue_rules, at bigint) returns queue_room language plpgsql as $$
declare
    drops_max constant bigint := 1000;
    count bigint;
    most bigint;
    dead record;
begin
    delete from queue_offered where line = kept.line and id in (
        select id from queue_offered where line = kept.line and until > kept.due_after and until <= at
            order by until, id limit drops_max);
    get diagnostics count = row_count;
    most := count;
    kept.offered := kept.offered - count;
    kept := queue_count(kept, 5, count);
    kept := queue_owe(kept, count, rules);
    delete from queue_session where line = kept.line and id in (
        select id from queue_session where line = kept.line and until > kept.due_after and until <= at
            order by until, id limit drops_max);
    get diagnostics count = row_count;
    most := greatest(most, count);
    kept.sessions := kept.sessions - count;
    kept := queue_count(kept, 8, count);
    delete from queue_spent where line = kept.line and id in (
        select id from queue_spent where line = kept.line and until > kept.due_after and until <= at
            order by until, id limit drops_max);
    get diagnostics count = row_count;
    most := greatest(most, count);
    if kept.revoked > 0 then
        delete from queue_revoked where line = kept.line and id in (
            select id from queue_revoked where line = kept.line and until > kept.due_after and until <= at
                order by until, id limit drops_max);
        get diagnostics count = row_count;
        most := greatest(most, count);
        kept.revoked := kept.revoked - count;
    end if;
    delete from queue_ended where line = kept.line and until in (
        select until from queue_ended where line = kept.line and until > kept.due_after and until <= at
            order by until limit drops_max);
    get diagnostics count = row_count;
    most := greatest(most, count);
    kept.ended := kept.ended - count;
    if most < drops_max then kept.due_after := greatest(kept.due_after, at); end if;
    if kept.stale > 0 then
        select array_agg(id) as ids, count(*), max(seen) as seen into dead from (
            select id, seen from queue_seen
                where line = kept.line and seen > kept.seen_after and seen <= at - rules.abandon_after
                order by seen, id limit drops_max
        ) as dead;
        kept := queue_take_out_of_line(kept, dead.ids);
        kept := queue_count(kept, 6, dead.count);
        if dead.count < drops_max then kept.seen_after := greatest(kept.seen_after, at - rules.abandon_after);
        else kept.seen_after := dead.seen - 1;
        end if;
    end if;
    return kept;
end
$$;

-- How many each lane admits, and where the lanes' turns are then: `LaneShares`. A lane's turns come at equal distances;
-- those which come first are taken, of two at once that of the lane before.
create function queue_spread(inout kept queue_room, count bigint, out given bigint[]) language plpgsql as $$
declare
    first bigint;
begin
    select min(turn) into first from unnest(kept.lane_turns, kept.lane_waiting) as lanes(turn, waiting) where waiting > 0;
    select array_agg(greatest(0, turn - first) order by lane) into kept.lane_turns
        from unnest(kept.lane_turns) with ordinality as lanes(turn, lane);
    with lanes as (
        select turn, waiting, lane, 1000000 / greatest(share, 1) as stride
            from unnest(kept.lane_turns, kept.lane_waiting, kept.lane_shares) with ordinality
                as lanes(turn, waiting, share, lane)
    ), turns as (
        select lane from lanes, generate_series(0, least(waiting, count) - 1) as nth order by turn + nth * stride, lane
            limit count
    ), sums as (
        select lanes.lane, turn, stride, (select count(*) from turns where turns.lane = lanes.lane) as given from lanes
    )
    select array_agg(sums.given order by lane), array_agg(turn + sums.given * stride order by lane)
        into given, kept.lane_turns from sums;
end
$$;

-- No place that waits in a lane is below this.
create function queue_lowest(kept queue_room, asked_lane integer) returns bigint language sql stable as $$
    select run from queue_run where line = kept.line and lane = asked_lane and waiting > 0 order by run limit 1
$$;

create function queue_admit_waiting(kept queue_room, rules queue_rules, at bigint) returns queue_room language plpgsql as $$
declare
    count bigint;
    admitted bigint := 0;
    replaced bigint;
    spread record;
    first record;
    lowest bigint;
begin
    count := least(
        kept.bucket_credit / kept.bucket_per + least(kept.bucket_owed, kept.bucket_spare / kept.bucket_per),
        rules.slots_max - kept.offered - kept.sessions);
    if count <= 0 or kept.waiting = 0 then return kept; end if;
    select * into spread from queue_spread(kept, least(count, kept.waiting));
    kept := spread.kept;
    for spot in 1..cardinality(spread.given) loop
        if spread.given[spot] = 0 then continue; end if;
        lowest := queue_lowest(kept, kept.lane_numbers[spot]);
        select array_agg(id) as ids, array_agg(place) as places, max(place) as head, count(*) into first from (
            select id, place from queue_waiting
                where line = kept.line and lane = kept.lane_numbers[spot] and place >= lowest
                order by place, id limit spread.given[spot]
        ) as first;
        kept.lane_heads[spot] := greatest(kept.lane_heads[spot], first.head);
        -- Not those who are dead and not dropped yet. Found by id, whatever is known of the table: by time, as a plan for a line that
        -- has just been filled would have it, each of these would walk along everybody who waits.
        insert into queue_offered (line, id, until, lane, place)
            select kept.line, comer.id, at + rules.claim_window, kept.lane_names[spot], comer.place
                from unnest(first.ids, first.places) as comer(id, place)
                where (select seen from queue_seen where queue_seen.line = kept.line and queue_seen.id = comer.id)
                    > at - rules.abandon_after;
        get diagnostics count = row_count;
        admitted := admitted + count;
        kept := queue_count(kept, 6, first.count - count);
        kept := queue_take_out_of_line(kept, first.ids);
    end loop;
    kept.offered := kept.offered + admitted;
    kept.due_after := least(kept.due_after, at + rules.claim_window - 1);

    count := least(admitted, kept.bucket_credit / kept.bucket_per);
    replaced := least(admitted - count, kept.bucket_owed, kept.bucket_spare / kept.bucket_per);
    kept.bucket_credit := kept.bucket_credit - count * kept.bucket_per;
    kept.bucket_spare := kept.bucket_spare - replaced * kept.bucket_per;
    kept.bucket_owed := kept.bucket_owed - replaced;
    kept := queue_count(kept, 2, admitted);
    return queue_count(kept, 3, replaced);
end
$$;

-- Notes the heads, and what they were `turn_grace` ago.
create function queue_advance_floors(kept queue_room, rules queue_rules, at bigint) returns queue_room language plpgsql as $$
declare
    gone bigint;
    last record;
begin
    for spot in 1..cardinality(kept.lane_numbers) loop
        with gone as (
            delete from queue_history where line = kept.line and lane = kept.lane_numbers[spot]
                and noted_at <= at - rules.turn_grace returning head
        )
        select max(head) into gone from gone;
        kept.lane_floors[spot] := greatest(kept.lane_floors[spot], gone);
        select noted_at, head into last from queue_history
            where line = kept.line and lane = kept.lane_numbers[spot] order by noted_at desc limit 1;
        if last.head is null and kept.lane_heads[spot] > kept.lane_floors[spot]
            or at - last.noted_at >= queue_history_spacing(rules) and last.head < kept.lane_heads[spot]
        then
            insert into queue_history (line, lane, noted_at, head)
                values (kept.line, kept.lane_numbers[spot], at, kept.lane_heads[spot]);
        end if;
    end loop;
    return kept;
end
$$;

-- Where the line stands behind the near ones, at 64 ranks evenly apart, the last place among them. The runs say in which of
-- them a rank is, so that no more than a part of a run is read for each.
create function queue_take_marks(kept queue_room, at bigint) returns queue_room language plpgsql as $$
declare
    near_max constant bigint := 1024;
    marks_max constant bigint := 64;
    rest bigint;
    count bigint;
begin
    kept.marks_version := kept.marks_version + 1;
    kept.marks_at := at;
    delete from queue_run where line = kept.line and waiting = 0;
    for spot in 1..cardinality(kept.lane_numbers) loop
        rest := kept.lane_waiting[spot] - near_max;
        count := least(greatest(rest, 0), marks_max);
        insert into queue_mark as old (line, lane, places, ranks)
            with runs as (
                select run, waiting, sum(waiting) over (order by run) - waiting as before from queue_run
                    where line = kept.line and lane = kept.lane_numbers[spot]
            ), wanted as (
                select near_max + nth * rest / count - 1 as rank from generate_series(case when count > 0 then 0 else 1 end, count) as nth
            ), marks as (
                select rank, (
                    select place from queue_waiting
                        where line = kept.line and lane = kept.lane_numbers[spot] and place >= run
                        order by place, id offset rank - before limit 1
                ) as place from wanted join runs on rank >= before and rank < before + waiting
            )
            select kept.line, kept.lane_numbers[spot], coalesce(array_agg(place order by rank), '{}'),
                coalesce(array_agg(rank order by rank), '{}') from marks
            on conflict (line, lane) do update set places = excluded.places, ranks = excluded.ranks
                where cardinality(old.places) > 0 or cardinality(excluded.places) > 0;
    end loop;
    return kept;
end
$$;

-- A thousand rows of each kind of a line that is no room's any more. Here, and only here, one may pass by what another holds.
create function queue_sweep() returns void language plpgsql as $$
declare
    sweep_max constant integer := 1000;
    old integer;
    swept bigint := 0;
    count bigint;
    name text;
begin
    select line into old from queue_litter limit 1 for update skip locked;
    if not found then return; end if;
    foreach name in array array['waiting', 'seen', 'run', 'offered', 'session', 'spent', 'revoked', 'ended', 'history', 'mark'] loop
        execute format(
            'delete from queue_%1$s where ctid = any(array(select ctid from queue_%1$s where line = $1 limit $2))', name)
            using old, sweep_max;
        get diagnostics count = row_count;
        swept := swept + count;
    end loop;
    if swept = 0 then delete from queue_litter where line = old; end if;
end
$$;

-- The first 1,024 of every lane, lane after lane; each lane has as many as are waiting, or 1,024.
create function queue_near(kept queue_room) returns uuid[] language plpgsql as $$
declare
    near uuid[] := '{}';
    lowest bigint;
begin
    for spot in 1..cardinality(kept.lane_numbers) loop
        if kept.lane_waiting[spot] > 0 then
            lowest := queue_lowest(kept, kept.lane_numbers[spot]);
            near := near || array(
                select id from queue_waiting
                    where line = kept.line and lane = kept.lane_numbers[spot] and place >= lowest
                    order by place, id limit 1024);
        end if;
    end loop;
    return near;
end
$$;

-- In a pre-queue that an operator closes it stays secret: who comes when it goes on is drawn as well.
create function queue_open_draw(kept queue_room, rules queue_rules, clock bigint) returns queue_room language plpgsql as $$
declare
    ending bigint := queue_draw_end(rules);
begin
    if clock >= ending then kept.draw_opened_for := greatest(kept.draw_opened_for, ending); end if;
    if rules.method = 'random' or ending is null or clock >= ending then kept.draw_is_opened := true; end if;
    return kept;
end
$$;

create function queue_admit(
    asked_room text, rules queue_rules, asked_epoch bigint, asked_lineage bigint, clock bigint,
    node text, new_lineage bigint, new_seed bytea, known_marks bigint, heard_up_to bigint,
    out epoch bigint, out lineage bigint, out is_lost boolean,
    out told_at bigint, out told_phase text, out is_restoring boolean,
    out lane_names text[], out lane_waiting bigint[], out lane_heads bigint[], out lane_floors bigint[], out near uuid[],
    out mark_counts bigint[], out mark_places bigint[], out mark_ranks bigint[],
    out offered bigint, out sessions bigint, out fresh bigint, out totals bigint[],
    out control_version bigint, out control_rate_count bigint, out control_rate_per bigint, out control_burst bigint,
    out control_slots_max bigint, out control_state text, out control_opens_at bigint, out control_message text,
    out control_adapted bigint[],
    out draw_epoch bigint, out draw_seed bytea, out draw_is_opened boolean, out draw_opened_for bigint,
    out tail bigint, out marks_version bigint, out revoked uuid[], out revoked_ends bigint[], out nodes text[],
    out ended_ids uuid[], out ended_up_to bigint
) language plpgsql as $$
declare
    kept queue_room := queue_hold(asked_room, asked_epoch = 0);
    at bigint;
    before queue_room;
begin
    clock := coalesce(clock, queue_clock());
    if asked_epoch = 0 and kept.epoch = 0 then kept := queue_begin(kept, 1, new_lineage, rules, true, clock); end if;
    before := kept;
    epoch := coalesce(kept.epoch, 0);
    lineage := coalesce(kept.lineage, 0);
    is_lost := not queue_holds(kept, asked_epoch, asked_lineage);
    if is_lost then return; end if;
    kept := queue_stand(kept, rules, clock, true);
    at := clock - kept.standstill;
    kept := queue_align(kept, rules);
    rules := queue_under(rules, kept);
    told_at := clock;
    told_phase := queue_phase(rules, clock);

    perform queue_hear(kept.room, node, clock);
    kept := queue_age(kept, at - rules.abandon_after / 2);
    kept := queue_drop_expired(kept, rules, at);
    -- The first tick of a pre-queue makes the draw: those in it stand in an epoch of their own, all others behind it.
    if queue_draws(rules, told_phase) then
        if (kept.draw_epoch is null or kept.draw_is_opened) and not queue_is_draw_over(kept, rules) then
            kept.draw_epoch := kept.epoch + 1;
            kept.draw_seed := new_seed;
            kept.draw_is_opened := false;
            kept.draw_opened_for := null;
            kept.epoch := kept.epoch + 2;
            kept.tail := 0;
        end if;
    elsif told_phase <> 'before' and kept.draw_epoch is not null then
        kept := queue_open_draw(kept, rules, clock);
    end if;
    kept := queue_refill(kept, rules, at);
    if cardinality(kept.awaited) = 0 or at >= kept.restoring_until then
        kept.restoring_until := null;
        kept.awaited := '{}';
    end if;
    if kept.waiting = 0 then kept.bucket_owed := 0; end if;
    if told_phase in ('auto', 'queue') and kept.restoring_until is null then
        kept := queue_admit_waiting(kept, rules, at);
    end if;
    kept := queue_advance_floors(kept, rules, at);
    if at - kept.marks_at >= 1000000 then kept := queue_take_marks(kept, at); end if;
    perform queue_save(before, kept);
    perform queue_sweep();

    epoch := kept.epoch;
    is_restoring := kept.restoring_until is not null;
    lane_names := kept.lane_names;
    lane_waiting := kept.lane_waiting;
    lane_heads := kept.lane_heads;
    lane_floors := kept.lane_floors;
    near := queue_near(kept);
    mark_counts := '{}';
    mark_places := '{}';
    mark_ranks := '{}';
    revoked := '{}';
    revoked_ends := '{}';
    if known_marks <> kept.marks_version then
        select array_agg(coalesce(cardinality(mark.places), 0)::bigint order by spot) into mark_counts
            from unnest(kept.lane_numbers) with ordinality as lanes(lane, spot)
            left join queue_mark as mark on mark.line = kept.line and mark.lane = lanes.lane;
        select coalesce(array_agg(place order by spot, nth), '{}'), coalesce(array_agg(rank order by spot, nth), '{}')
            into mark_places, mark_ranks
            from unnest(kept.lane_numbers) with ordinality as lanes(lane, spot)
            join queue_mark as mark on mark.line = kept.line and mark.lane = lanes.lane,
            unnest(mark.places, mark.ranks) with ordinality as marks(place, rank, nth);
        if kept.revoked > 0 then
            select coalesce(array_agg(id order by until, id), '{}'), coalesce(array_agg(until - at order by until, id), '{}')
                into revoked, revoked_ends from (
                select id, until from queue_revoked where line = kept.line order by until, id limit 10000
            ) as denied;
        end if;
    end if;
    ended_ids := '{}';
    if kept.ended_last > heard_up_to then
        select coalesce(array_agg(told.id order by told.until), '{}'), max(told.until) into ended_ids, ended_up_to from (
            select ended.id, ended.until from queue_ended as ended
                where ended.line = kept.line and ended.until > heard_up_to order by ended.until limit 2000
        ) as told;
    end if;
    ended_up_to := coalesce(ended_up_to, heard_up_to);
    offered := kept.offered;
    sessions := kept.sessions;
    fresh := kept.waiting - kept.stale;
    totals := kept.totals;
    control_version := kept.control_version;
    control_rate_count := kept.control_rate_count;
    control_rate_per := kept.control_rate_per;
    control_burst := kept.control_burst;
    control_slots_max := kept.control_slots_max;
    control_state := kept.control_state;
    control_opens_at := kept.control_opens_at;
    control_message := kept.control_message;
    control_adapted := kept.control_adapted;
    draw_epoch := kept.draw_epoch;
    draw_seed := kept.draw_seed;
    draw_is_opened := kept.draw_is_opened;
    draw_opened_for := kept.draw_opened_for;
    tail := queue_place(kept.epoch, kept.tail);
    marks_version := kept.marks_version;
    nodes := array(select heard.node from queue_heard as heard where heard.room = kept.room);
end
$$;
