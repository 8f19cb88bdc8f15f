-- Results handed out, by how, and what applicants said of how they were served: on the day of the hand-over, whenever they
-- said it (see src/domain/returned.rs).
create table tallies_returned (
    branch_id uuid not null,
    sector_id uuid not null,
    procedure_id uuid not null,
    channel text not null,
    grain smallint not null,
    day date not null,
    returned_in_person bigint not null,
    returned_online bigint not null,
    returned_postal bigint not null,
    surveyed bigint not null,
    surveyed_by_applicant bigint not null,
    satisfied bigint not null,
    late_answers bigint not null,
    primary key (branch_id, grain, day, sector_id, procedure_id, channel)
);
