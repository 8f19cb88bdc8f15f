-- How many working days finished dossiers still took from when they first came to a step of the internal process: buckets
-- like those of the whole way (recent_durations), counted anew with them every night.
create table recent_step_durations (
    procedure_id uuid not null,
    step text not null,
    time_limit text not null,
    working_days integer not null check (working_days >= 0),
    cases bigint not null check (cases > 0),
    primary key (procedure_id, step, time_limit, working_days)
);

-- What was counted without them counts as not counted: the job does both at its next look.
delete from settings where name = 'durations_measured';
