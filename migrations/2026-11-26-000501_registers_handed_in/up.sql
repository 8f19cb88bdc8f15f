-- Registers handed in at a page or over the API: checked, looked at by whoever handed them in, then imported.
create table register_files (
    id uuid primary key,
    file_name text not null,
    sha256 text not null,
    bytes bigint not null,
    handed_in_at timestamptz not null,
    handed_in_by uuid not null references officers (id),
    handed_in_by_name text not null,
    state text not null check (state in ('checking', 'unreadable', 'checked', 'importing', 'imported', 'failed', 'given_up')),
    -- Lines at fault are left out.
    skip_bad boolean not null,
    -- How far the work has come, as last told.
    phase text,
    done bigint not null,
    total bigint not null,
    -- What was found or done.
    report jsonb not null,
    changed_at timestamptz not null
);
create index register_files_by_state on register_files (state, changed_at);
-- The file itself, until it is imported or given up, and the lines left out.
create table register_contents (
    file_id uuid not null references register_files (id),
    part text not null check (part in ('register', 'bad_lines')),
    body bytea not null,
    primary key (file_id, part)
);
