-- Reports that are made and mailed by themselves before their days.
create table schedules (
    id uuid primary key,
    name text not null,
    report text not null,
    -- Nil: all branches together.
    branch_id uuid not null,
    -- `25/02,25/05,25/08,20/11` of each year, or `10` of each month.
    days text not null,
    covers text not null,
    -- Addresses besides the responsible heads or office, with commas.
    recipients text not null,
    -- Working days before it is made on which it is reminded of; 0: not at all.
    lead_days integer not null check (lead_days between 0 and 30),
    active boolean not null,
    -- What was to be made before this day is not caught up with.
    since date not null,
    version integer not null,
    created_at timestamptz not null,
    -- Out of every list; its reports stay.
    removed_at timestamptz
);
create table schedule_runs (
    id uuid primary key,
    schedule_id uuid not null references schedules (id),
    due_on date not null,
    from_on date not null,
    to_on date not null,
    as_of date not null,
    state text not null check (state in ('making', 'made', 'failed')),
    error text,
    -- The closing whose figures it has.
    closing_number integer,
    file_id uuid references notice_files (id),
    begun_at timestamptz not null,
    made_at timestamptz,
    -- However many instances look, one report a due day.
    unique (schedule_id, due_on)
);
