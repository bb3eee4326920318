-- Passes are claimed, sessions go on or end, and some are kept out.

-- Kinds of answers: 1 granted (since), 2 waiting, 3 spent, 4 revoked, 5 unknown.
create function queue_claim(
    asked_room text, rules queue_rules, asked_epoch bigint, asked_lineage bigint, clock bigint, ids uuid[],
    out epoch bigint, out lineage bigint, out is_lost boolean, out kinds bigint[], out results bigint[]
) language plpgsql as $$
declare
    kept queue_room := queue_hold(asked_room, false);
    at bigint;
    before queue_room := kept;
    known record;
    comers uuid[];
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
    select * into known from queue_known(kept, ids);
    select array_agg(distinct id) filter (where kind = 3),
        coalesce(array_agg(case kind when 6 then 4 when 2 then 1 when 3 then 1 when 1 then 2 when 4 then 3 else 5 end::bigint
            order by number), '{}'),
        coalesce(array_agg(case kind when 2 then result when 3 then clock else 0 end order by number), '{}')
        into comers, kinds, results
        from unnest(ids, known.kinds, known.results) with ordinality as asked(id, kind, result, number);
    if comers is not null then
        kept := queue_withdraw(kept, comers);
        kept := queue_start_sessions(
            kept, comers, queue_times(clock, comers), queue_times(at + queue_slot_life(rules), comers));
        kept := queue_spend(kept, comers, queue_times(at + queue_spent_life(rules), comers));
        kept := queue_count(kept, 4, cardinality(comers));
    end if;
    perform queue_save(before, kept);
end
$$;

-- Their passes are to be refused by every node: `Line.noteEnded`. Of a repeated one the first counts.
create function queue_note_ended(kept queue_room, rules queue_rules, at bigint, ids uuid[])
returns queue_room language plpgsql as $$
declare
    ended_max constant bigint := 100000;
    base bigint := greatest(kept.ended_last + 1, at + rules.pass_life + 3000000);
    count bigint;
begin
    if coalesce(cardinality(ids), 0) = 0 then return kept; end if;
    insert into queue_ended (line, id, until)
        select kept.line, id, base + row_number() over (order by number) - 1 from (
            select id, min(number) as number from unnest(ids) with ordinality as asked(id, number) group by id
        ) as asked
        where not exists (select from queue_ended as known where known.line = kept.line and known.id = asked.id);
    get diagnostics count = row_count;
    if count = 0 then return kept; end if;
    kept.ended := kept.ended + count;
    kept.ended_last := base + count - 1;
    kept.due_after := least(kept.due_after, base - 1);
    if kept.ended > ended_max then
        delete from queue_ended where line = kept.line and until in (
            select until from queue_ended where line = kept.line order by until limit kept.ended - ended_max);
        kept.ended := ended_max;
    end if;
    return kept;
end
$$;

-- Out of the line, out of what is offered (and owed for it), out of the sessions: wherever these are.
create function queue_take_away(kept queue_room, rules queue_rules, ids uuid[]) returns queue_room language plpgsql as $$
declare
    offered bigint := kept.offered;
begin
    kept := queue_take_out_of_line(kept, ids);
    kept := queue_withdraw(kept, ids);
    if kept.offered < offered then kept := queue_owe(kept, offered - kept.offered, rules); end if;
    return queue_end_sessions(kept, ids);
end
$$;

-- Kinds of answers: 1 renewed, 2 ended, 3 revoked. Of a ticket that is there twice the first time decides.
create function queue_renew(
    asked_room text, rules queue_rules, asked_epoch bigint, asked_lineage bigint, clock bigint,
    ids uuid[], starts bigint[],
    out epoch bigint, out lineage bigint, out is_lost boolean, out kinds bigint[]
) language plpgsql as $$
declare
    kept queue_room := queue_hold(asked_room, false);
    at bigint;
    before queue_room := kept;
    chosen record;
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
    with asked as (
        select id, start, number, first_value(start) over (partition by id order by number) as first_start,
            number = min(number) over (partition by id) as is_first
        from unnest(ids, starts) with ordinality as asked(id, start, number)
    ), judged as (
        select asked.id, number, is_first, coalesce(session.started_at, first_start) as start,
            case
                when revoked.id is not null then 3
                when session.id is null and spent.id is not null then 4
                when clock >= coalesce(session.started_at, first_start) + rules.session_max then 2
                else 1
            end::bigint as kind, session.id is not null as goes_on
        from asked
        left join queue_revoked as revoked on revoked.line = kept.line and revoked.id = asked.id
        left join queue_session as session on session.line = kept.line and session.id = asked.id
        left join queue_spent as spent on spent.line = kept.line and spent.id = asked.id
    )
    select coalesce(array_agg(case kind when 4 then 2 else kind end order by number), '{}') as kinds,
        array_agg(id order by number) filter (where kind = 2 and is_first) as ended,
        array_agg(id) filter (where kind = 1 and is_first) as renewed,
        array_agg(start) filter (where kind = 1 and is_first) as starts,
        array_agg(id) filter (where kind = 1 and is_first and not goes_on) as unknown
        into chosen from judged;
    kinds := chosen.kinds;
    kept := queue_take_away(kept, rules, chosen.ended);
    kept := queue_spend(kept, chosen.ended, queue_times(at + queue_spent_life(rules), chosen.ended));
    kept := queue_note_ended(kept, rules, at, chosen.ended);
    kept := queue_take_out_of_line(kept, chosen.unknown);
    kept := queue_withdraw(kept, chosen.unknown);
    kept := queue_spend(kept, chosen.unknown, queue_times(at + queue_spent_life(rules), chosen.unknown));
    kept := queue_start_sessions(
        kept, chosen.renewed, chosen.starts, queue_times(at + queue_slot_life(rules), chosen.renewed));
    perform queue_save(before, kept);
end
$$;

create function queue_release(
    asked_room text, rules queue_rules, asked_epoch bigint, asked_lineage bigint, clock bigint, ids uuid[],
    out epoch bigint, out lineage bigint, out is_lost boolean
) language plpgsql as $$
declare
    kept queue_room := queue_hold(asked_room, false);
    at bigint;
    before queue_room := kept;
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
    kept := queue_note_ended(kept, rules, at, ids);
    ids := (select array_agg(distinct id) from unnest(ids) as asked(id));
    kept := queue_take_away(kept, rules, ids);
    kept := queue_spend(kept, ids, queue_times(at + queue_spent_life(rules), ids));
    perform queue_save(before, kept);
end
$$;

-- Whoever only waited may come back with its ticket; whoever was inside may not.
create function queue_leave(
    asked_room text, rules queue_rules, asked_epoch bigint, asked_lineage bigint, clock bigint, ids uuid[],
    out epoch bigint, out lineage bigint, out is_lost boolean
) language plpgsql as $$
declare
    kept queue_room := queue_hold(asked_room, false);
    at bigint;
    before queue_room := kept;
    insiders uuid[];
begin
    clock := coalesce(clock, queue_clock());
    epoch := coalesce(kept.epoch, 0);
    lineage := coalesce(kept.lineage, 0);
    is_lost := not queue_holds(kept, asked_epoch, asked_lineage);
    if is_lost then return; end if;
    kept := queue_stand(kept, rules, clock, false);
    at := clock - kept.standstill;
    kept := queue_align(kept, rules);
    before.waiting := kept.waiting;
    rules := queue_under(rules, kept);
    insiders := (
        select array_agg(session.id order by number) from (
            select id, min(number) as number from unnest(ids) with ordinality as asked(id, number) group by id
        ) as asked
        join queue_session as session on session.line = kept.line and session.id = asked.id);
    kept := queue_take_away(kept, rules, ids);
    kept := queue_count(kept, 7, before.waiting - kept.waiting + before.offered - kept.offered);
    kept := queue_spend(kept, insiders, queue_times(at + queue_spent_life(rules), insiders));
    kept := queue_note_ended(kept, rules, at, insiders);
    perform queue_save(before, kept);
end
$$;

-- Takes these out and keeps them out. Each is there once. At the ceiling the deny that would end first gives way; who that
-- is depends on the order only when there are more than the ceiling in the end.
create function queue_deny(kept queue_room, rules queue_rules, ids uuid[], untils bigint[])
returns queue_room language plpgsql as $$
declare
    revoked_max constant bigint := 10000;
    count bigint;
begin
    if coalesce(cardinality(ids), 0) = 0 then return kept; end if;
    kept := queue_take_away(kept, rules, ids);
    kept.due_after := least(kept.due_after, (select min(until) - 1 from unnest(untils) as new(until)));
    update queue_revoked as old set until = new.until from unnest(ids, untils) as new(id, until)
        where old.line = kept.line and old.id = new.id;
    insert into queue_revoked (line, id, until) select kept.line, id, until from unnest(ids, untils) as new(id, until)
        on conflict do nothing;
    get diagnostics count = row_count;
    kept.revoked := kept.revoked + count;
    if kept.revoked > revoked_max then
        delete from queue_revoked where line = kept.line and id in (
            select id from queue_revoked where line = kept.line order by until, id limit kept.revoked - revoked_max);
        kept.revoked := revoked_max;
    end if;
    return kept;
end
$$;

create function queue_revoke(
    asked_room text, rules queue_rules, asked_epoch bigint, asked_lineage bigint, clock bigint, ids uuid[], lasting bigint,
    out epoch bigint, out lineage bigint, out is_lost boolean
) language plpgsql as $$
declare
    kept queue_room := queue_hold(asked_room, false);
    at bigint;
    before queue_room := kept;
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
    ids := (select array_agg(distinct id) from unnest(ids) as asked(id));
    kept := queue_deny(kept, rules, ids, queue_times(at + lasting, ids));
    perform queue_save(before, kept);
end
$$;

-- Of each change that is made: whether, and to what; NULL takes an earlier one back.
-- Who has seen another version than there is proposes in vain: `RoomControls.adapt`.
create function queue_adapt(
    asked_room text, rules queue_rules, asked_epoch bigint, asked_lineage bigint, clock bigint,
    rate_count bigint, rate_per bigint, reason bigint, after bigint,
    out epoch bigint, out lineage bigint, out is_lost boolean
) language plpgsql as $$
declare
    kept queue_room := queue_hold(asked_room, false);
    before queue_room := kept;
begin
    clock := coalesce(clock, queue_clock());
    epoch := coalesce(kept.epoch, 0);
    lineage := coalesce(kept.lineage, 0);
    is_lost := not queue_holds(kept, asked_epoch, asked_lineage);
    if is_lost then return; end if;
    kept := queue_stand(kept, rules, clock, false);
    kept := queue_align(kept, rules);
    if coalesce(kept.control_adapted[1], 0) = after then
        kept.control_adapted := array[after + 1, rate_count, rate_per, clock, reason];
    end if;
    perform queue_save(before, kept);
end
$$;

create function queue_control(
    asked_room text, rules queue_rules, asked_epoch bigint, asked_lineage bigint, clock bigint,
    sets_rate boolean, rate_count bigint, rate_per bigint, sets_burst boolean, burst bigint,
    sets_slots_max boolean, slots_max bigint, sets_state boolean, state text,
    sets_opens_at boolean, opens_at bigint, sets_message boolean, message text,
    out epoch bigint, out lineage bigint, out is_lost boolean
) language plpgsql as $$
declare
    kept queue_room := queue_hold(asked_room, false);
    before queue_room := kept;
begin
    clock := coalesce(clock, queue_clock());
    epoch := coalesce(kept.epoch, 0);
    lineage := coalesce(kept.lineage, 0);
    is_lost := not queue_holds(kept, asked_epoch, asked_lineage);
    if is_lost then return; end if;
    kept := queue_stand(kept, rules, clock, false);
    kept := queue_align(kept, rules);
    kept.control_version := kept.control_version + 1;
    if sets_rate then
        kept.control_rate_count := rate_count;
        kept.control_rate_per := rate_per;
    end if;
    if sets_burst then kept.control_burst := burst; end if;
    if sets_slots_max then kept.control_slots_max := slots_max; end if;
    if sets_state then kept.control_state := state; end if;
    if sets_opens_at then kept.control_opens_at := opens_at; end if;
    if sets_message then kept.control_message := message; end if;
    perform queue_save(before, kept);
end
$$;
