-- Entries of which a dossier was made: whoever of the branch sends one again gets that dossier. An idempotency key is of one
-- officer; an entry may be sent on by another after its session ended. Forgotten after some days.
create table intake_entries (
    branch_id uuid not null,
    entry text not null,
    -- Null only inside of the transaction that takes the dossier in.
    dossier_id uuid references dossiers (id),
    created_at timestamptz not null,
    primary key (branch_id, entry)
);
create index intake_entries_by_age on intake_entries (created_at);
