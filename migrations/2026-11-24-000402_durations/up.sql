-- How many working days finished dossiers took lately, counted into buckets: sums of buckets give exact quantiles.
-- Derived: thrown away and counted again every night, with the calendar as it is then.
create table recent_durations (
    procedure_id uuid not null,
    time_limit text not null,
    working_days integer not null check (working_days >= 0),
    cases bigint not null check (cases > 0),
    primary key (procedure_id, time_limit, working_days)
);
