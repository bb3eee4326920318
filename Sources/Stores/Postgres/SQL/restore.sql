-- What nodes remember of a line that a store has lost, and what a store holds for another.

-- Of two accounts the one that is further on is right. `marks`: the lanes' names, heads and floors.
create function queue_merge(
    kept queue_room, names text[], heads bigint[], floors bigint[],
    control_version bigint, rate_count bigint, rate_per bigint, burst bigint, slots_max bigint, state text,
    opens_at bigint, message text, adapted bigint[], draw_epoch bigint, draw_seed bytea, draw_is_opened boolean,
    draw_opened_for bigint
) returns queue_room language plpgsql as $$
declare
    spot integer;
begin
    if kept.control_version < control_version then
        kept.control_version := control_version;
        kept.control_rate_count := rate_count;
        kept.control_rate_per := rate_per;
        kept.control_burst := burst;
        kept.control_slots_max := slots_max;
        kept.control_state := state;
        kept.control_opens_at := opens_at;
        kept.control_message := message;
    end if;
    -- By a version of its own: `RoomControls.merge`.
    if coalesce(kept.control_adapted[1], 0) < adapted[1] then kept.control_adapted := adapted; end if;
    for at in 1..cardinality(names) loop
        spot := array_position(kept.lane_names, names[at]);
        if spot is null then continue; end if;
        kept.lane_heads[spot] := greatest(kept.lane_heads[spot], heads[at]);
        kept.lane_floors[spot] := greatest(kept.lane_floors[spot], floors[at]);
    end loop;
    if draw_epoch is null then return kept; end if;
    if (kept.draw_epoch, kept.draw_is_opened) >= (draw_epoch, draw_is_opened) then return kept; end if;
    kept.draw_epoch := draw_epoch;
    kept.draw_seed := draw_seed;
    kept.draw_is_opened := draw_is_opened;
    kept.draw_opened_for := draw_opened_for;
    -- Whoever is counted stands behind whoever was drawn.
    if kept.epoch <= draw_epoch then
        kept.epoch := draw_epoch + 1;
        kept.tail := 0;
    end if;
    return kept;
end
$$;

create function queue_restore_spent(
    kept queue_room, rules queue_rules, at bigint, spent_ids uuid[], spent_ends bigint[]
) returns queue_room language plpgsql as $$
declare
    chosen record;
begin
    -- The last of a repeated one counts. The floor starts anew, from what it was when the line was lost.
    select array_agg(id) as ids, array_agg(at + greatest(ends_in, queue_spent_life(rules))) as untils into chosen from (
        select distinct on (asked.id) asked.id, ends_in from unnest(spent_ids, spent_ends) with ordinality
            as asked(id, ends_in, number)
            left join queue_session as session on session.line = kept.line and session.id = asked.id
            where session.id is null order by asked.id, number desc
    ) as asked;
    kept := queue_take_out_of_line(kept, chosen.ids);
    kept := queue_withdraw(kept, chosen.ids);
    return queue_spend(kept, chosen.ids, chosen.untils);
end
$$;

create function queue_restore_sessions(
    kept queue_room, rules queue_rules, at bigint, session_ids uuid[], session_starts bigint[], session_ends bigint[]
) returns queue_room language plpgsql as $$
declare
    chosen record;
begin
    -- Several nodes may have renewed it: the one that did last knows until when a pass is out.
    update queue_session as old set until = greatest(old.until, new.until)
        from (select id, max(at + ends_in) as until
            from unnest(session_ids, session_ends) as asked(id, ends_in) where not exists (
                select from queue_ended as ended where ended.line = kept.line and ended.id = asked.id) group by id) as new
        where old.line = kept.line and old.id = new.id and old.until < new.until;
    select array_agg(id) as ids, array_agg(start) as starts, array_agg(at + ends_in) as untils into chosen from (
        select distinct on (asked.id) asked.id, start, max(ends_in) over (partition by asked.id) as ends_in
            from unnest(session_ids, session_starts, session_ends) with ordinality as asked(id, start, ends_in, number)
            left join queue_session as session on session.line = kept.line and session.id = asked.id
            left join queue_revoked as revoked on revoked.line = kept.line and revoked.id = asked.id
            left join queue_ended as ended on ended.line = kept.line and ended.id = asked.id
            where session.id is null and revoked.id is null and ended.id is null order by asked.id, number
    ) as asked;
    kept := queue_take_out_of_line(kept, chosen.ids);
    kept := queue_withdraw(kept, chosen.ids);
    kept := queue_start_sessions(kept, chosen.ids, chosen.starts, chosen.untils);
    return queue_spend(kept, chosen.ids, queue_times(at + queue_spent_life(rules), chosen.ids));
end
$$;

create function queue_restore_waiting(
    kept queue_room, rules queue_rules, at bigint,
    waiting_ids uuid[], waiting_lanes bigint[], waiting_places bigint[], waiting_seen_ago bigint[]
) returns queue_room language plpgsql as $$
declare
    known record;
    chosen record;
begin
    select * into known from queue_known(kept, waiting_ids);
    select array_agg(id) as ids, array_agg(spot) as spots, array_agg(place) as places, array_agg(at - seen_ago) as seens
        into chosen from (
            select distinct on (id) id, spot, place, seen_ago from (
                select id, number, place, seen_ago,
                    least(greatest(lane, 0), cardinality(rules.lane_names) - 1)::integer + 1 as spot
                from unnest(waiting_ids, waiting_lanes, waiting_places, waiting_seen_ago, known.kinds) with ordinality
                    as asked(id, lane, place, seen_ago, kind, number)
                where kind = 0 and not queue_awaits_draw(place)
            ) as unknown
            where rules.method <> 'fifo' or place > kept.lane_floors[spot] order by id, number
        ) as asked;
    return queue_put_in_line(kept, chosen.ids, chosen.spots, chosen.places, chosen.seens);
end
$$;

-- The first to come with a later epoch than the store's begins the line.
create function queue_restore(
    asked_room text, rules queue_rules, clock bigint,
    node text, new_epoch bigint, new_lineage bigint, nodes text[], is_complete boolean,
    mark_names text[], mark_heads bigint[], mark_floors bigint[],
    control_version bigint, rate_count bigint, rate_per bigint, burst bigint, slots_max bigint, state text,
    opens_at bigint, message text, adapted bigint[], draw_epoch bigint, draw_seed bytea, draw_is_opened boolean,
    draw_opened_for bigint,
    waiting_ids uuid[], waiting_lanes bigint[], waiting_places bigint[], waiting_seen_ago bigint[],
    session_ids uuid[], session_starts bigint[], session_ends bigint[],
    spent_ids uuid[], spent_ends bigint[], revoked_ids uuid[], revoked_ends bigint[],
    out epoch bigint, out lineage bigint, out is_lost boolean
) language plpgsql as $$
declare
    kept queue_room := queue_hold(asked_room, new_epoch > 0);
    at bigint;
    before queue_room;
    chosen record;
    is_of_this_line boolean;
begin
    clock := coalesce(clock, queue_clock());
    if kept.epoch < new_epoch then
        kept := queue_begin(kept, new_epoch, new_lineage, rules, false, clock);
        kept.restoring_until := clock + 3000000;
        kept.awaited := array(select distinct name from unnest(nodes[:1000]) as awaited(name));
    end if;
    epoch := coalesce(kept.epoch, 0);
    lineage := coalesce(kept.lineage, 0);
    is_lost := epoch = 0;
    if is_lost then return; end if;
    is_of_this_line := kept.epoch = new_epoch;
    kept := queue_stand(kept, rules, clock, false);
    at := clock - kept.standstill;
    kept := queue_align(kept, rules);
    rules := queue_under(rules, kept);
    kept := queue_merge(
        kept, mark_names, mark_heads, mark_floors, control_version, rate_count, rate_per, burst, slots_max, state,
        opens_at, message, adapted, draw_epoch, draw_seed, draw_is_opened, draw_opened_for);
    epoch := kept.epoch;
    -- Of two accounts the one that denies it for longer is right.
    select array_agg(asked.id) as ids, array_agg(asked.until) as untils into chosen from (
        select asked.id, max(at + ends_in) as until from unnest(revoked_ids, revoked_ends) as asked(id, ends_in)
            group by asked.id
    ) as asked
        left join queue_revoked as known on known.line = kept.line and known.id = asked.id
        where known.until is null or known.until < asked.until;
    kept := queue_deny(kept, rules, chosen.ids, chosen.untils);
    kept := queue_restore_spent(kept, rules, at, spent_ids, spent_ends);
    kept := queue_restore_sessions(kept, rules, at, session_ids, session_starts, session_ends);
    kept := queue_restore_waiting(kept, rules, at, waiting_ids, waiting_lanes, waiting_places, waiting_seen_ago);
    -- All that a node brings back to an older line is not all that it brings back to this one.
    if is_complete and is_of_this_line then kept.awaited := array_remove(kept.awaited, node); end if;
    perform queue_save(null, kept);
end
$$;

-- A page of what waits in a lane. The runs say where it begins, so that not all before it is read.
create function queue_read_lane(
    kept queue_room, spot integer, asked_offset bigint, at bigint,
    out ids uuid[], out firsts bigint[], out seconds bigint[]
) language sql as $$
    with runs as (
        select run, sum(waiting) over (order by run) - waiting as before from queue_run
            where line = kept.line and lane = kept.lane_numbers[spot] and waiting > 0
    ), start as (
        select run, before from runs where before <= asked_offset order by run desc limit 1
    ), page as (
        select id, place from queue_waiting
            where line = kept.line and lane = kept.lane_numbers[spot] and place >= (select run from start)
            order by place, id offset asked_offset - (select before from start) limit 500
    )
    select coalesce(array_agg(page.id order by place, page.id), '{}'),
        coalesce(array_agg(place order by place, page.id), '{}'),
        coalesce(array_agg(at - seen order by place, page.id), '{}')
        from page join queue_seen as seen on seen.line = kept.line and seen.id = page.id
$$;

-- Sections: 0 and on the lanes, then sessions, spent, revoked, offered. `firsts` and `seconds` of whoever waits: place, seen ago;
-- of a session: since, ends in; of a mark: ends in, nothing; of an offer: where it stood, place and lane.
create function queue_read(
    asked_room text, rules queue_rules, asked_epoch bigint, asked_lineage bigint, clock bigint, section bigint, skip bigint,
    out epoch bigint, out lineage bigint, out is_lost boolean,
    out lane_count bigint, out section_size bigint, out ids uuid[], out firsts bigint[], out seconds bigint[]
) language plpgsql as $$
declare
    kept queue_room := queue_hold(asked_room, false);
    at bigint;
    before queue_room := kept;
    page record;
begin
    clock := coalesce(clock, queue_clock());
    epoch := coalesce(kept.epoch, 0);
    lineage := coalesce(kept.lineage, 0);
    is_lost := not queue_holds(kept, asked_epoch, asked_lineage);
    if is_lost then return; end if;
    kept := queue_stand(kept, rules, clock, false);
    at := clock - kept.standstill;
    kept := queue_align(kept, rules);
    perform queue_save(before, kept);
    lane_count := cardinality(kept.lane_names);
    ids := '{}';
    firsts := '{}';
    seconds := '{}';
    if section < 0 or section > lane_count + 3 then return; end if;
    if section < lane_count then
        section_size := kept.lane_waiting[section + 1];
        if skip < 0 then return; end if;
        select * into page from queue_read_lane(kept, section::integer + 1, skip, at);
    elsif section = lane_count then
        section_size := kept.sessions;
        if skip < 0 then return; end if;
        select coalesce(array_agg(id), '{}') as ids, coalesce(array_agg(started_at), '{}') as firsts,
            coalesce(array_agg(until - at), '{}') as seconds into page from (
            select id, started_at, until from queue_session where line = kept.line order by until, id offset skip limit 500
        ) as page;
    elsif section = lane_count + 1 then
        section_size := (select count(*) from queue_spent where line = kept.line);
        if skip < 0 then return; end if;
        select coalesce(array_agg(id), '{}') as ids, coalesce(array_agg(until - at), '{}') as firsts,
            '{}'::bigint[] as seconds into page from (
            select id, until from queue_spent where line = kept.line order by until, id offset skip limit 500
        ) as page;
    elsif section = lane_count + 3 then
        section_size := kept.offered;
        if skip < 0 then return; end if;
        select coalesce(array_agg(id), '{}') as ids, coalesce(array_agg(place), '{}') as firsts,
            coalesce(array_agg(coalesce(array_position(kept.lane_names, lane), lane_count) - 1), '{}')::bigint[] as seconds
            into page from (
            select id, place, lane from queue_offered where line = kept.line order by until, id offset skip limit 500
        ) as page;
    else
        section_size := kept.revoked;
        if skip < 0 then return; end if;
        select coalesce(array_agg(id), '{}') as ids, coalesce(array_agg(until - at), '{}') as firsts,
            '{}'::bigint[] as seconds into page from (
            select id, until from queue_revoked where line = kept.line order by until, id offset skip limit 500
        ) as page;
    end if;
    ids := page.ids;
    firsts := page.firsts;
    seconds := page.seconds;
end
$$;
