-- The parts of dossiers' ways that ended, by how they were judged (see src/domain/parts.rs): in days and months.
-- Acts from before tell nothing of what a part was to be judged by, and are in no row.
create table tallies_parts (
    branch_id uuid not null,
    sector_id uuid not null,
    procedure_id uuid not null,
    unit text not null,
    step text not null,
    officer_id uuid not null,
    grain smallint not null,
    day date not null,
    early bigint not null,
    on_time bigint not null,
    overdue bigint not null,
    not_judged bigint not null,
    primary key (branch_id, grain, day, sector_id, procedure_id, unit, step, officer_id)
);
