-- Newcomers, and those who are seen waiting.
--
-- Kinds of answers, as `PostgresAnswers` reads them: 1 waiting (place), 2 admitted (since), 3 offered, 4 spent, 5 passed,
-- 6 revoked, 7 awaits the draw, 8 not yet, 9 closed, 10 open, 11 full; 0 is still to be decided.

-- Who is known already.
create function queue_known(kept queue_room, ids uuid[], out kinds bigint[], out results bigint[]) language sql as $$
    select
        array_agg(
            case
                when revoked.id is not null then 6 when session.id is not null then 2 when offered.id is not null then 3
                when waiting.id is not null then 1 when spent.id is not null then 4 else 0
            end::bigint order by number),
        array_agg(
            case when revoked.id is null then coalesce(session.started_at, waiting.place, 0) else 0 end order by number)
    from unnest(ids) with ordinality as asked(id, number)
    left join queue_revoked as revoked on revoked.line = kept.line and revoked.id = asked.id
    left join queue_session as session on session.line = kept.line and session.id = asked.id
    left join queue_offered as offered on offered.line = kept.line and offered.id = asked.id
    left join queue_waiting as waiting on waiting.line = kept.line and waiting.id = asked.id
    left join queue_spent as spent on spent.line = kept.line and spent.id = asked.id
$$;

-- What ends a draw: the opening, or by lot the close.
create function queue_draw_end(rules queue_rules) returns bigint language sql immutable as $$
    select case when rules.method = 'random' then rules.closes_at else rules.opens_at end
$$;

-- It was drawn for this end, or a later one: what comes before it again does not draw again.
create function queue_is_draw_over(kept queue_room, rules queue_rules) returns boolean language sql immutable as $$
    select coalesce(kept.draw_is_opened and queue_draw_end(rules) <= kept.draw_opened_for, false)
$$;

-- What an arrival that nobody knows wants, while anybody is let into the line: 1 back to its own place, 2 to the place that
-- was drawn for it, 3 the next number; 5 and 7 as above.
create function queue_wish(kept queue_room, rules queue_rules, draws boolean, spot integer, place bigint, is_new boolean)
returns bigint language plpgsql immutable as $$
begin
    if not is_new and place is not null then
        if rules.method = 'fifo' and place <= kept.lane_floors[spot] or queue_awaits_draw(place) then return 5; end if;
        return 1;
    end if;
    if not draws then return 3; end if;
    if place >> 40 = kept.draw_epoch and not kept.draw_is_opened and not queue_awaits_draw(place) then return 2; end if;
    return 7;
end
$$;

-- Who comes before whom matters in three ways, and each is a count of those before: which number one gets, whether one is
-- let in at once, whether the line is full by then. Since it only grows here, whoever comes after the first who finds it
-- full finds it full as well.
create function queue_decide(
    kept queue_room, rules queue_rules, at_once_max bigint, wishes bigint[], asked_places bigint[],
    out kinds bigint[], out places bigint[]
) language sql as $$
    with counted as (
        select number, wish, place,
            count(*) filter (where wish = 1) over before as backs,
            count(*) filter (where wish = 2) over before as drawn,
            count(*) filter (where wish = 3) over before as numbered
        from unnest(wishes, asked_places) with ordinality as asked(wish, place, number)
        window before as (order by number rows between unbounded preceding and 1 preceding)
    ), at_once as (
        select count(*) from counted where wish = 3 and backs = 0 and numbered < at_once_max
    ), decided as (
        select number,
            case
                when wish in (0, 1, 5) then wish
                when wish = 3 and backs = 0 and numbered < at_once_max then 2
                when kept.waiting + backs + drawn + numbered - least(numbered, at_once.count) >= rules.waiting_max then 11
                when wish = 7 then 7
                else 1
            end as kind,
            case wish when 3 then queue_place(kept.epoch, kept.tail + numbered + 1) else coalesce(place, 0) end as place
        from counted, at_once
    )
    select array_agg(kind order by number), array_agg(place order by number) from decided
$$;

create function queue_admit_at_once(
    kept queue_room, rules queue_rules, clock bigint, at bigint, ids uuid[], spots integer[], places bigint[]
) returns queue_room language plpgsql as $$
declare
    count bigint := coalesce(cardinality(ids), 0);
    highest record;
begin
    if count = 0 then return kept; end if;
    kept.bucket_credit := kept.bucket_credit - count * kept.bucket_per;
    for highest in select spot, max(place) as place from unnest(spots, places) as new(spot, place) group by spot loop
        kept.lane_heads[highest.spot] := greatest(kept.lane_heads[highest.spot], highest.place);
    end loop;
    kept := queue_start_sessions(kept, ids, queue_times(clock, ids), queue_times(at + queue_slot_life(rules), ids));
    kept := queue_spend(kept, ids, queue_times(at + queue_spent_life(rules), ids));
    kept := queue_count(kept, 1, count);
    kept := queue_count(kept, 2, count);
    return queue_count(kept, 4, count);
end
$$;

create type queue_entered as (kept queue_room, kinds bigint[], results bigint[]);

-- Arrivals none of which is there twice: all at once what `Line.enter` does one by one.
create function queue_enter_each(
    kept queue_room, rules queue_rules, clock bigint, at bigint,
    ids uuid[], lanes bigint[], asked_places bigint[], news boolean[]
) returns queue_entered language plpgsql as $$
declare
    phase text := queue_phase(rules, clock);
    -- Whoever comes before an opening that has been already comes after it, and is counted.
    draws boolean := queue_draws(rules, phase) and not queue_is_draw_over(kept, rules);
    refusal bigint := case phase when 'before' then 8 when 'closed' then 9 when 'open' then 10 else 0 end;
    known record;
    seen record;
    decided record;
    spots integer[];
    wishes bigint[];
    at_once_max bigint := 0;
    chosen record;
begin
    select * into known from queue_known(kept, ids);
    if 1 = any(known.kinds) then
        select * into seen from queue_see(
            kept, array(select id from unnest(ids, known.kinds) as asked(id, kind) where kind = 1), at);
        kept := seen.kept;
    end if;
    if refusal <> 0 then known.kinds := array_replace(known.kinds, 0::bigint, refusal); end if;
    if not 0 = any(known.kinds) then return row(kept, known.kinds, known.results); end if;

    select array_agg(spot order by number),
        array_agg(
            case when kind <> 0 then 0 else queue_wish(kept, rules, draws, spot, place, is_new) end
            order by number)
    into spots, wishes from (
        select number, kind, place, is_new,
            least(greatest(lane, 0), cardinality(rules.lane_names) - 1)::integer + 1 as spot
        from unnest(known.kinds, lanes, asked_places, news) with ordinality as asked(kind, lane, place, is_new, number)
    ) as asked;

    -- Only while nobody waits, which ends with the first who comes back to its place.
    if phase = 'auto' and kept.waiting = 0 and kept.restoring_until is null and rules.waiting_max > 0
        and kept.offered + kept.sessions < rules.slots_max
        and array_position(wishes, 3::bigint) < coalesce(array_position(wishes, 1::bigint), cardinality(wishes) + 1)
    then
        kept := queue_refill(kept, rules, at);
        at_once_max := least(
            rules.slots_max - kept.offered - kept.sessions, kept.bucket_credit / kept.bucket_per);
    end if;
    select * into decided from queue_decide(kept, rules, at_once_max, wishes, asked_places);
    select
        array_agg(id) filter (where kind = 2) as ids_in, array_agg(spot) filter (where kind = 2) as spots_in,
        array_agg(place) filter (where kind = 2) as places_in,
        array_agg(id) filter (where kind = 1) as ids, array_agg(spot) filter (where kind = 1) as spots,
        array_agg(place) filter (where kind = 1) as places,
        count(*) filter (where kind = 1) as waiting, count(*) filter (where kind in (1, 2) and wish = 3) as numbered
    into chosen from unnest(ids, spots, decided.places, decided.kinds, wishes) as asked(id, spot, place, kind, wish);
    kept.tail := kept.tail + chosen.numbered;
    kept := queue_admit_at_once(kept, rules, clock, at, chosen.ids_in, chosen.spots_in, chosen.places_in);
    kept := queue_put_in_line(kept, chosen.ids, chosen.spots, chosen.places, queue_times(at, chosen.ids));
    kept := queue_count(kept, 1, chosen.waiting);
    return (
        select row(
            kept, array_agg(case wish when 0 then was else kind end order by number),
            array_agg(case when wish = 0 then result when kind = 2 then clock when kind = 1 then place else 0 end
                order by number))::queue_entered
        from unnest(wishes, known.kinds, known.results, decided.kinds, decided.places) with ordinality
            as asked(wish, was, result, kind, place, number));
end
$$;

-- Of a ticket that is there twice, each time is answered after what the time before has done: the batch is cut there.
create function queue_enter(
    asked_room text, rules queue_rules, asked_epoch bigint, asked_lineage bigint, clock bigint,
    ids uuid[], lanes bigint[], places bigint[], news boolean[],
    out epoch bigint, out lineage bigint, out is_lost boolean, out kinds bigint[], out results bigint[]
) language plpgsql as $$
declare
    kept queue_room := queue_hold(asked_room, false);
    at bigint;
    before queue_room := kept;
    entered queue_entered;
    -- Where each was there before.
    repeats bigint[];
    first bigint := 1;
    last bigint;
begin
    clock := coalesce(clock, queue_clock());
    epoch := coalesce(kept.epoch, 0);
    lineage := coalesce(kept.lineage, 0);
    is_lost := not queue_holds(kept, asked_epoch, asked_lineage);
    if is_lost then return; end if;
    kept := queue_stand(kept, rules, clock, false);
    at := clock - kept.standstill;
    kept := queue_align(kept, rules);
    rules := queue_under(rules, kept);
    kinds := '{}';
    results := '{}';
    select array_agg(earlier order by number) into repeats from (
        select number, lag(number) over (partition by id order by number) as earlier
            from unnest(ids) with ordinality as asked(id, number)
    ) as asked;
    while first <= cardinality(ids) loop
        select coalesce(min(number) - 1, cardinality(ids)) into last
            from unnest(repeats) with ordinality as asked(earlier, number) where earlier >= first;
        entered := queue_enter_each(
            kept, rules, clock, at, ids[first:last], lanes[first:last], places[first:last], news[first:last]);
        kept := entered.kept;
        kinds := kinds || entered.kinds;
        results := results || entered.results;
        first := last + 1;
    end loop;
    perform queue_save(before, kept);
end
$$;

create function queue_beat(
    asked_room text, rules queue_rules, asked_epoch bigint, asked_lineage bigint, clock bigint, ids uuid[],
    out epoch bigint, out lineage bigint, out is_lost boolean, out are_waiting boolean[]
) language plpgsql as $$
declare
    kept queue_room := queue_hold(asked_room, false);
    at bigint;
    before queue_room := kept;
    seen record;
begin
    clock := coalesce(clock, queue_clock());
    epoch := coalesce(kept.epoch, 0);
    lineage := coalesce(kept.lineage, 0);
    is_lost := not queue_holds(kept, asked_epoch, asked_lineage);
    if is_lost then return; end if;
    kept := queue_stand(kept, rules, clock, false);
    at := clock - kept.standstill;
    kept := queue_align(kept, rules);
    select * into seen from queue_see(kept, ids, at);
    kept := seen.kept;
    are_waiting := array(
        select id in (select unnest(seen.ids)) from unnest(ids) with ordinality as asked(id, number) order by number);
    perform queue_save(before, kept);
end
$$;
