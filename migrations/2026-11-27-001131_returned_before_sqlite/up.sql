-- What was handed out before there was this table: nobody had been asked about it.
insert into tallies_returned (branch_id, sector_id, procedure_id, channel, grain, day, returned_in_person, returned_online,
    returned_postal, surveyed, surveyed_by_applicant, satisfied, late_answers)
select branch_id, sector_id, procedure_id, channel, grain, day,
    count(case when how = 'in_person' then 1 end),
    count(case when how = 'online' then 1 end),
    count(case when how = 'postal' then 1 end),
    0, 0, 0, 0
from (
    select d.branch_id, d.sector_id, d.procedure_id, d.channel, json_extract(d.standing, '$.return_channel') as how, g.grain,
        date(d.returned_at / 1000, 'unixepoch', '+7 hours', g.start) as day
    from dossiers d, (
        select 0 as grain, '+0 days' as start union all select 1, 'start of month' union all select 2, 'start of year'
    ) g
    where d.returned_at is not null
) as handed_out
group by branch_id, sector_id, procedure_id, channel, grain, day;
