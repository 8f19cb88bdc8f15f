-- What was handed out before there was this table: nobody had been asked about it.
insert into tallies_returned (branch_id, sector_id, procedure_id, channel, grain, day, returned_in_person, returned_online,
    returned_postal, surveyed, surveyed_by_applicant, satisfied, late_answers)
select branch_id, sector_id, procedure_id, channel, grain, day,
    count(case when how = 'in_person' then 1 end),
    count(case when how = 'online' then 1 end),
    count(case when how = 'postal' then 1 end),
    0, 0, 0, 0
from (
    select d.branch_id, d.sector_id, d.procedure_id, d.channel, d.standing ->> 'return_channel' as how, g.grain,
        date_trunc(g.unit, d.returned_at at time zone interval '7 hours')::date as day
    from dossiers d, (values (0, 'day'), (1, 'month'), (2, 'year')) as g (grain, unit)
    where d.returned_at is not null
) as handed_out
group by branch_id, sector_id, procedure_id, channel, grain, day;
