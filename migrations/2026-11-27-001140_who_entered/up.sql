-- Who entered that a dossier was accepted or refused, and its result: told by signs of gaming without reading each
-- dossier's events.
drop index dossiers_refused;
drop index dossiers_checked_later;
drop index dossiers_returned_later;
alter table dossiers add column checked_by uuid;
alter table dossiers add column resolved_by uuid;
-- One row after another: joined with its events, SQLite would keep the whole register in memory.
update dossiers set
    checked_by = (select officer_id from dossier_events e
        where e.dossier_id = dossiers.id and e.kind in ('received', 'refused') order by seq limit 1),
    resolved_by = (select officer_id from dossier_events e
        where e.dossier_id = dossiers.id and e.kind = 'resolved' order by seq limit 1);
create index dossiers_refused on dossiers (closed_at, id, branch_id, checked_by) where status = 'refused';
