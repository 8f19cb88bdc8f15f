-- How far the import of a register has come, by the SHA-256 of its file: what was interrupted goes on, what was
-- finished is not done twice. Lines are imported in order of (received_at, line).
create table imports (
    file_sha256 text primary key,
    -- Dossiers that the file brings, without the lines left out as bad.
    lines bigint not null,
    imported bigint not null,
    reached_at timestamptz,
    reached_line bigint not null,
    started_at timestamptz not null,
    finished_at timestamptz
);

-- Why a dossier is late, as a register from elsewhere says: the draft of its apology begins with it.
create table dossier_causes (
    dossier_id uuid primary key references dossiers (id),
    branch_id uuid not null,
    cause text not null
);

-- Up to this number the codes of the day came with a register: gaps among them are not ours.
alter table code_counters add column raised integer not null default 0;
