-- One history for both databases. The type names are PostgreSQL's; SQLite takes them as they are:
-- uuid holds 16 bytes there, timestamptz milliseconds since 1970, jsonb text (src/db/types.rs).

-- Small facts of the installation: signing key, versions of cached reference data.
create table settings (
    name text primary key,
    value text not null
);

-- Rule sets: a dossier keeps the rules it was received under.
create table rule_sets (
    code text primary key,
    valid_from date not null unique,
    name text not null,
    legal_basis text not null,
    supplement_mode text not null check (supplement_mode in ('restart', 'resume')),
    supplement_request_days integer not null check (supplement_request_days > 0),
    handover_cutoff text not null
);

create table calendar_years (
    year integer primary key,
    standing text not null check (standing in ('announced', 'provisional'))
);

create table calendar_days (
    date date primary key,
    kind text not null check (kind in ('holiday', 'compensatory_off', 'working_swap')),
    name text not null,
    paired_date date,
    note text
);

create table branches (
    id uuid primary key,
    code text not null unique,
    name text not null,
    agency_identifier text not null unique,
    department_name text not null,
    letter_symbol text not null,
    place text not null,
    address text not null,
    contact_phone text not null,
    contact_email text,
    apology_mode text not null default 'approve' check (apology_mode in ('approve', 'automatic')),
    -- The automatic mode needs a head who authorised it in writing.
    authorised_by text,
    authorised_on date,
    authorised_document text,
    active boolean not null default true,
    version integer not null default 1,
    check (apology_mode = 'approve' or (authorised_by is not null and authorised_on is not null and authorised_document is not null))
);

create table sectors (
    id uuid primary key,
    code text not null unique,
    name text not null unique
);

create table procedures (
    id uuid primary key,
    code text not null unique,
    code_verified boolean not null,
    sector_id uuid not null references sectors (id)
);

create table procedure_branches (
    procedure_id uuid not null references procedures (id),
    branch_id uuid not null references branches (id),
    primary key (procedure_id, branch_id)
);

create table procedure_versions (
    id uuid primary key,
    procedure_id uuid not null references procedures (id),
    number integer not null,
    valid_from date not null,
    valid_to date,
    name text not null,
    legal_basis text not null,
    decided_by text not null,
    online_level text not null check (online_level in ('none', 'partial', 'full')),
    postal_eligible boolean not null,
    posted_on date,
    note text,
    unique (procedure_id, number),
    unique (procedure_id, valid_from),
    check (valid_to is null or valid_to >= valid_from)
);

create table procedure_cases (
    version_id uuid not null references procedure_versions (id),
    code text not null,
    ordinal integer not null,
    name text not null,
    time_limit text,
    time_limit_verified boolean not null,
    fee_vnd bigint check (fee_vnd >= 0),
    fee_note text,
    primary key (version_id, code)
);

create table procedure_components (
    version_id uuid not null references procedure_versions (id),
    ordinal integer not null,
    name text not null,
    form text not null check (form in ('original', 'copy', 'certified_copy', 'photocopy')),
    copies integer not null check (copies > 0),
    required boolean not null,
    primary key (version_id, ordinal)
);

create table process_steps (
    version_id uuid not null references procedure_versions (id),
    code text not null,
    ordinal integer not null,
    name text not null,
    share_percent integer not null check (share_percent between 0 and 100),
    primary key (version_id, code)
);

create table officers (
    id uuid primary key,
    username text not null unique,
    full_name text not null,
    title text,
    role text not null check (role in ('counter', 'handler', 'head', 'office', 'admin')),
    branch_id uuid references branches (id),
    password_hash text not null,
    active boolean not null default true,
    version integer not null default 1,
    created_at timestamptz not null,
    check (role in ('office', 'admin') or branch_id is not null)
);

-- Throttles guessing per account, shared by all instances.
create table sign_in_failures (
    username text primary key,
    failures integer not null,
    last_at timestamptz not null
);

create table sessions (
    id uuid primary key,
    officer_id uuid not null references officers (id),
    refresh_hash text not null unique,
    spent_hash text unique,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz
);
create index sessions_of_officer on sessions (officer_id);

-- The last number given, per agency and day: gap-free because it rolls back with the act.
create table code_counters (
    agency_identifier text not null,
    day date not null,
    last integer not null,
    primary key (agency_identifier, day)
);

-- The last number of a letter, per branch, series and year.
create table number_counters (
    branch_id uuid not null,
    series text not null,
    year integer not null,
    last integer not null,
    primary key (branch_id, series, year)
);

create table dossiers (
    id uuid primary key,
    code text not null unique,
    branch_id uuid not null references branches (id),
    sector_id uuid not null,
    procedure_id uuid not null,
    procedure_version_id uuid not null,
    case_code text,
    rule_set text not null,
    channel text not null check (channel in ('in_person', 'online', 'postal')),
    status text not null check (status in ('registered', 'received', 'in_processing', 'supplement_requested',
        'awaiting_payment', 'resolved', 'returned', 'refused', 'withdrawn', 'stopped')),
    time_limit text not null,
    submitted_at timestamptz not null,
    received_at timestamptz,
    clock_started_at timestamptz,
    due_on date,
    due_at timestamptz,
    first_due_on date,
    reappointed_due_on date,
    apology_due_on date,
    provisional boolean not null,
    supplement_rounds integer not null,
    waiting_since timestamptz,
    resolved_at timestamptz,
    timeliness text check (timeliness in ('early', 'on_time', 'overdue')),
    closed_at timestamptz,
    returned_at timestamptz,
    held_by uuid,
    held_step text,
    -- The rest of what the rules need: pauses, where to go back to, letter sent (src/domain/dossier.rs).
    standing jsonb not null,
    version integer not null,
    -- Hash of the last event: the next one is chained to it.
    chain text not null,
    check ((received_at is null) = (due_on is null)),
    check ((status in ('resolved', 'returned')) = (resolved_at is not null))
);
create index dossiers_of_branch on dossiers (branch_id, received_at desc, id);
create index dossiers_by_received on dossiers (received_at desc, id);
-- What falls due and who is owed a letter: only the open ones are in here.
create index dossiers_open_due on dossiers (due_on, id) where status in ('received', 'in_processing');
create index dossiers_open_apology on dossiers (apology_due_on, id) where status in ('received', 'in_processing');
create index dossiers_open_of_branch on dossiers (branch_id, due_on, id)
    where status in ('registered', 'received', 'in_processing', 'supplement_requested', 'awaiting_payment');
create index dossiers_open_held on dossiers (held_by, due_on, id)
    where status in ('registered', 'received', 'in_processing', 'supplement_requested', 'awaiting_payment');

-- Whose dossier it is and what was handed in: apart, so that lists and counts never touch personal data.
create table dossier_particulars (
    dossier_id uuid primary key references dossiers (id),
    branch_id uuid not null,
    applicant_name text not null,
    applicant_kind text not null check (applicant_kind in ('citizen', 'enterprise', 'state_body', 'other')),
    id_number text,
    phone text,
    email text,
    address text,
    folded_name text not null,
    lookup_key text not null,
    -- SQLite: the row of dossier_words that belongs to this dossier.
    words_row bigint,
    -- Representative, components, request, wished return channel, document number: shown, never searched.
    particulars jsonb not null
);
create index particulars_by_name on dossier_particulars (folded_name, dossier_id);
create index particulars_by_phone on dossier_particulars (phone) where phone is not null;
create index particulars_by_id_number on dossier_particulars (id_number) where id_number is not null;

create table dossier_events (
    dossier_id uuid not null references dossiers (id),
    seq integer not null,
    branch_id uuid not null,
    kind text not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    officer_id uuid,
    facts jsonb not null,
    hash text not null,
    primary key (dossier_id, seq)
);

-- Re-appointments are rows of their own: the first promise is never overwritten (NĐ 61/2018 Đ19.9).
create table reappointments (
    dossier_id uuid not null references dossiers (id),
    ordinal integer not null,
    branch_id uuid not null,
    due_on date not null,
    new_due_on date not null,
    cause text not null,
    reason text not null,
    recorded_at timestamptz not null,
    officer_id uuid,
    primary key (dossier_id, ordinal)
);

-- What changed each day, added up by day (0), month (1) and year (2); `day` is the first day of the period.
-- A stock at any date is the sum of its column up to that date: rates never read the dossiers.
create table tallies (
    branch_id uuid not null,
    sector_id uuid not null,
    grain smallint not null,
    day date not null,
    received_online bigint not null,
    received_in_person bigint not null,
    received_postal bigint not null,
    resolved_early bigint not null,
    resolved_on_time bigint not null,
    resolved_overdue bigint not null,
    letter_in_advance bigint not null,
    letter_on_due_day bigint not null,
    letter_late bigint not null,
    closed bigint not null,
    closed_past_due bigint not null,
    open bigint not null,
    waiting bigint not null,
    overdue bigint not null,
    overdue_in_advance bigint not null,
    overdue_on_due_day bigint not null,
    overdue_late bigint not null,
    late_entries bigint not null,
    primary key (branch_id, grain, day, sector_id)
);

-- The same figures, by procedure, channel and officer too.
create table tallies_fine (
    branch_id uuid not null,
    sector_id uuid not null,
    procedure_id uuid not null,
    channel text not null,
    officer_id uuid not null,
    grain smallint not null,
    day date not null,
    received bigint not null,
    resolved_early bigint not null,
    resolved_on_time bigint not null,
    resolved_overdue bigint not null,
    letter_in_advance bigint not null,
    letter_on_due_day bigint not null,
    letter_late bigint not null,
    closed bigint not null,
    closed_past_due bigint not null,
    open bigint not null,
    waiting bigint not null,
    overdue bigint not null,
    overdue_in_advance bigint not null,
    overdue_on_due_day bigint not null,
    overdue_late bigint not null,
    late_entries bigint not null,
    primary key (branch_id, grain, day, sector_id, procedure_id, channel, officer_id)
);

create table apologies (
    id uuid primary key,
    dossier_id uuid not null references dossiers (id),
    branch_id uuid not null,
    due_on date not null,
    status text not null check (status in ('draft', 'approved', 'sent', 'delivered', 'failed', 'paper', 'cancelled')),
    cause text,
    reason text,
    new_due_on date,
    body text,
    drafted_at timestamptz not null,
    approved_at timestamptz,
    approved_by uuid,
    automatic boolean not null default false,
    number integer,
    number_year integer,
    number_symbol text,
    timeliness text check (timeliness in ('in_advance', 'on_due_day', 'late')),
    letter text,
    letter_sha256 text,
    recipient_email text,
    -- How far the mail got: queued, handed_over (answer unknown), accepted.
    mail_state text check (mail_state in ('queued', 'handed_over', 'accepted')),
    mail_error text,
    sent_at timestamptz,
    delivered_at timestamptz,
    delivered_how text,
    delivered_to text,
    held_by uuid,
    version integer not null default 1,
    unique (dossier_id, due_on),
    unique (branch_id, number_year, number),
    check (status in ('draft', 'cancelled') or (approved_at is not null and number is not null and letter is not null and letter_sha256 is not null))
);
create index apologies_by_status on apologies (branch_id, status, id);

create table jobs (
    id uuid primary key,
    kind text not null,
    -- One pending job a key: however many instances ask, it is queued once.
    dedup_key text unique,
    payload jsonb not null,
    state text not null check (state in ('waiting', 'running', 'dead')),
    run_at timestamptz not null,
    attempts integer not null,
    leased_until timestamptz,
    leased_by text,
    last_error text,
    created_at timestamptz not null
);
create index jobs_to_run on jobs (run_at, id) where state in ('waiting', 'running');

-- Answers to requests with an Idempotency-Key, kept at least 24 hours.
create table idempotency_keys (
    officer_id uuid not null,
    key text not null,
    request_hash text not null,
    status integer not null,
    location text,
    etag text,
    body text not null,
    created_at timestamptz not null,
    primary key (officer_id, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);

-- Who opened or exported a full dossier (Nghị định 13/2023 on personal data).
create table dossier_views (
    id uuid primary key,
    dossier_id uuid not null,
    branch_id uuid not null,
    officer_id uuid not null,
    viewed_at timestamptz not null,
    what text not null
);
create index dossier_views_of_dossier on dossier_views (dossier_id, viewed_at);
