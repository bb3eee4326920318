-- What is kept of each room's line. All times are microseconds since 1970 by this server's clock, unless a test brings another.
--
-- Everything that waits, was offered, goes on, is spent or denied has rows in tables of its own, by the number of its line. A
-- line that begins anew gets a new number, and what was left of the old one is swept up little by little (`queue_litter`),
-- so that a beginning costs the same however long the line was.

do $$
begin
    if current_setting('server_encoding') <> 'UTF8' then
        raise exception 'the database has to be encoded in UTF8, and is in %', current_setting('server_encoding');
    end if;
    if current_setting('server_version_num')::int < 140000 then
        raise exception 'PostgreSQL 14 or later is needed, and this is %', current_setting('server_version');
    end if;
end
$$;

create sequence queue_line_number as integer;

-- One row a room. Whoever changes a line locks its room's row first: calls for one room follow one another, rooms do not wait
-- for each other. Nothing in it is indexed but the name, so that a change stays within its page.
create table queue_room (
    room text primary key,
    line integer not null default nextval('queue_line_number'),
    -- 0: there is no line.
    epoch bigint not null default 0,
    -- Any 64 bits.
    lineage bigint not null default 0,
    -- The last number given out in this epoch.
    tail bigint not null default 0,

    -- The lanes, one element each: the rules' in their order, then those which drain.
    lane_next integer not null default 1,
    lane_numbers integer[] not null default '{}',
    lane_names text[] not null default '{}',
    lane_shares bigint[] not null default '{}',
    lane_waiting bigint[] not null default '{}',
    lane_heads bigint[] not null default '{}',
    lane_floors bigint[] not null default '{}',
    lane_turns bigint[] not null default '{}',

    bucket_credit bigint not null default 0,
    bucket_spare bigint not null default 0,
    bucket_owed bigint not null default 0,
    bucket_per bigint not null default 1000000,
    bucket_filled_at bigint not null default 0,

    control_version bigint not null default 0,
    control_rate_count bigint,
    control_rate_per bigint,
    control_burst bigint,
    control_slots_max bigint,
    control_state text,
    control_opens_at bigint,
    control_message text,
    -- What the rate was adapted to: version, count and per of the rate, since when, why (`AdaptedRate.Reason`).
    control_adapted bigint[],

    draw_epoch bigint,
    draw_seed bytea,
    draw_is_opened boolean,
    draw_opened_for bigint,

    -- entered, admitted, replaced, claimed, missed, abandoned, left, ended
    totals bigint[] not null default '{0,0,0,0,0,0,0,0}',

    -- How many rows the line has in the tables below.
    waiting bigint not null default 0,
    offered bigint not null default 0,
    sessions bigint not null default 0,
    revoked bigint not null default 0,
    ended bigint not null default 0,
    -- The time of the last of those.
    ended_last bigint not null default 0,
    -- How many of those waiting were last seen at or before `stale_until`.
    stale bigint not null default 0,
    stale_until bigint not null default -4611686018427387904,
    -- Whoever waits was seen after this, and nothing below ends at or before that: where a search may begin, past what was
    -- deleted and not yet vacuumed away.
    seen_after bigint not null default -4611686018427387904,
    due_after bigint not null default -4611686018427387904,

    marks_version bigint not null default 0,
    marks_at bigint not null default 0,

    restoring_until bigint,
    awaited text[] not null default '{}',
    -- The line's time is the clock less this, see `Line.Moment`. All times are the line's but those of draws, schedules and
    -- sessions' beginnings, which people see.
    standstill bigint not null default 0,
    ticked_at bigint not null default 0
) with (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Who waits, by place. Rows come and go and never change: a beat touches `queue_seen` alone.
create table queue_waiting (
    place bigint not null,
    line integer not null,
    lane integer not null,
    id uuid not null,
    primary key (line, id)
) with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
create unique index queue_waiting_in_order on queue_waiting (line, lane, place, id);

-- When each of those was last seen.
create table queue_seen (
    seen bigint not null,
    line integer not null,
    id uuid not null,
    primary key (line, id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
create unique index queue_seen_in_order on queue_seen (line, seen, id);

-- How many wait from one place to the next, so that a rank is found without counting all who stand before it. See
-- `queue_run_of`.
create table queue_run (
    run bigint not null,
    line integer not null,
    lane integer not null,
    waiting bigint not null,
    primary key (line, lane, run)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

-- Whose turn it is, until its claim window ends, and where it stood.
create table queue_offered (
    until bigint not null,
    place bigint not null,
    line integer not null,
    id uuid not null,
    lane text not null,
    primary key (line, id)
) with (autovacuum_vacuum_scale_factor = 0.05);
create unique index queue_offered_in_order on queue_offered (line, until, id);

create table queue_session (
    until bigint not null,
    started_at bigint not null,
    line integer not null,
    id uuid not null,
    primary key (line, id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
create unique index queue_session_in_order on queue_session (line, until, id);

create table queue_spent (
    until bigint not null,
    line integer not null,
    id uuid not null,
    primary key (line, id)
) with (autovacuum_vacuum_scale_factor = 0.05);
create unique index queue_spent_in_order on queue_spent (line, until, id);

create table queue_revoked (
    until bigint not null,
    line integer not null,
    id uuid not null,
    primary key (line, id)
);
create unique index queue_revoked_in_order on queue_revoked (line, until, id);

-- Whose sessions ended, by when their last pass has died: each at a time of its own, see `Line.ended`.
create table queue_ended (
    until bigint not null,
    line integer not null,
    id uuid not null,
    primary key (line, id)
) with (autovacuum_vacuum_scale_factor = 0.05);
create unique index queue_ended_in_order on queue_ended (line, until);

-- What a lane's head was, and since when.
create table queue_history (
    noted_at bigint not null,
    head bigint not null,
    line integer not null,
    lane integer not null,
    primary key (line, lane, noted_at)
);

-- The rank marks as last taken.
create table queue_mark (
    line integer not null,
    lane integer not null,
    places bigint[] not null,
    ranks bigint[] not null,
    primary key (line, lane)
) with (fillfactor = 50);

-- The nodes that have ticked.
create table queue_heard (
    room text not null,
    node text not null,
    heard_at bigint not null,
    primary key (room, node)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Lines that are no room's any more.
create table queue_litter (line integer primary key);
