-- Due dates of open dossiers counted again after a change of the calendar, as a job. Kept for good: it is an act.
create table recomputations (
    id uuid primary key,
    reason text not null,
    ordered_at timestamptz not null,
    ordered_by uuid not null references officers (id),
    ordered_by_name text not null,
    state text not null check (state in ('working', 'done', 'stopped')),
    -- Open dossiers when it was ordered, and those looked at so far.
    total integer not null,
    done integer not null,
    -- Of these: due earlier now, promise kept, not to be counted.
    moved integer not null,
    kept integer not null,
    failed integer not null,
    -- The last one looked at.
    after_due_on date,
    after_id uuid,
    changed_at timestamptz not null
);
-- One at a time: two at once would count the same dossiers.
create unique index recomputations_at_work on recomputations (state) where state = 'working';
-- What became of those whose date is another by the calendar; the others are only counted.
create table recomputation_items (
    recomputation_id uuid not null references recomputations (id),
    place integer not null,
    dossier_code text not null,
    branch_id uuid not null,
    outcome text not null check (outcome in ('moved', 'kept', 'failed')),
    due_on date not null,
    computed_due_on date,
    fault text,
    primary key (recomputation_id, place)
);
