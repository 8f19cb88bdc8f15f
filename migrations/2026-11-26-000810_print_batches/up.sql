-- Many papers printed into one file, as a job. The file lies here in pieces until housekeeping takes it away.
create table print_batches (
    id uuid primary key,
    kind text not null check (kind in ('receipts', 'letters', 'supplement-requests', 'refusals', 'stopping-notices', 'control-sheets')),
    -- How the papers were chosen.
    chosen text not null check (chosen in ('codes', 'awaiting_paper', 'today')),
    -- The branch whose officers may see it; none: those who see all branches.
    branch_id uuid,
    ordered_at timestamptz not null,
    ordered_by uuid not null references officers (id),
    ordered_by_name text not null,
    state text not null check (state in ('printing', 'printed')),
    -- Papers, those looked at so far, and of these the ones that are not in the file.
    total integer not null,
    done integer not null,
    faulty integer not null,
    pages integer not null,
    -- What the next piece is numbered from.
    next_object bigint not null,
    bytes bigint not null,
    changed_at timestamptz not null
);
create index print_batches_by_state on print_batches (state, changed_at);
create table print_batch_items (
    batch_id uuid not null references print_batches (id),
    -- From 1, in the order of the file.
    place integer not null,
    dossier_code text not null,
    -- Why it is not in the file.
    fault text,
    primary key (batch_id, place)
);
create table print_batch_pieces (
    batch_id uuid not null references print_batches (id),
    -- That of the last paper looked at for it.
    place integer not null,
    first_object bigint not null,
    -- Where its objects begin: four bytes each.
    offsets bytea not null,
    pages integer not null,
    bytes bigint not null,
    body bytea not null,
    primary key (batch_id, place)
);
