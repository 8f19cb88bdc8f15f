-- Figures as they were sent upward. Nothing updates or deletes a row; each is chained to the one before it.
create table closings (
    id uuid primary key,
    number integer not null unique,
    report text not null check (report in ('rates', 'ii06a', 'unit')),
    -- Nil: all branches together.
    branch_id uuid not null,
    from_on date not null,
    to_on date not null,
    as_of date not null,
    note text,
    -- Canonical JSON, byte for byte as it is hashed.
    figures text not null,
    -- The acts entered in the very seconds of the closing that its figures hold already.
    seen text not null,
    sha256 text not null,
    before text not null,
    seal text not null,
    closed_at timestamptz not null,
    closed_by uuid not null,
    closed_by_name text not null,
    unique (report, branch_id, from_on, to_on, as_of)
);
create index closings_of_branch on closings (branch_id, number);
-- What somebody entered after it had happened: the only acts that change figures of days that are over. Registers
-- taken over have no officer and are not in here.
create index dossier_events_afterwards on dossier_events (recorded_at, dossier_id)
    where officer_id is not null and (kind = 'corrected' or occurred_at < recorded_at);
