-- What must be reached, by whom, from when to when. A row is never changed but once: when the target is ended.
create table targets (
    id uuid primary key,
    indicator text not null,
    -- Nil: all branches, all sectors.
    branch_id uuid not null,
    sector_id uuid not null,
    numerator bigint not null,
    denominator bigint not null check (denominator > 0),
    strictness text not null check (strictness in ('>=', '>', '=')),
    valid_from date not null,
    valid_to date,
    note text,
    version integer not null,
    set_at timestamptz not null,
    -- Nil: the starting data.
    set_by uuid not null,
    ended_at timestamptz,
    ended_by uuid
);
-- One of a kind from one day on; one that was ended makes room.
create unique index targets_indicator_branch_id_sector_id_valid_from_key
    on targets (indicator, branch_id, sector_id, valid_from) where ended_at is null;
