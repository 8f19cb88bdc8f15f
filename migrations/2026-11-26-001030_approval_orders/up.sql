-- Many letters approved with one act of the head, as a job: each in the version that was seen, each in a transaction of
-- its own. Kept for good: it is an act.
create table approval_orders (
    id uuid primary key,
    -- The branch whose letters they are.
    branch_id uuid not null,
    ordered_at timestamptz not null,
    -- Who signs, as it stood then.
    ordered_by uuid not null references officers (id),
    ordered_by_name text not null,
    ordered_by_title text,
    state text not null check (state in ('working', 'done', 'stopped')),
    total integer not null,
    done integer not null,
    approved integer not null,
    refused integer not null,
    changed_at timestamptz not null
);
create index approval_orders_by_branch on approval_orders (branch_id, id);
-- One at a time of each head.
create unique index approval_orders_at_work on approval_orders (ordered_by) where state = 'working';
create table approval_order_items (
    order_id uuid not null references approval_orders (id),
    -- From 1, in the order in which they are signed.
    place integer not null,
    apology_id uuid not null references apologies (id),
    -- As it was seen.
    version integer not null,
    dossier_code text not null,
    -- None while its turn has not come.
    outcome text check (outcome in ('approved', 'refused')),
    number text,
    -- Mailed, or to be handed over on paper.
    by_mail boolean,
    fault text,
    -- What it does not state, by name, with commas.
    missing text,
    primary key (order_id, place)
);
