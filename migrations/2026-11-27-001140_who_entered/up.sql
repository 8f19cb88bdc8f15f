-- Who entered that a dossier was accepted or refused, and its result: told by signs of gaming without reading each
-- dossier's events. What was taken over from a register was entered by nobody, and is not touched here.
drop index dossiers_refused;
drop index dossiers_checked_later;
drop index dossiers_returned_later;
alter table dossiers add column checked_by uuid;
alter table dossiers add column resolved_by uuid;
update dossiers set checked_by = e.officer_id from dossier_events e
    where e.dossier_id = dossiers.id and e.kind in ('received', 'refused') and e.officer_id is not null;
update dossiers set resolved_by = e.officer_id from dossier_events e
    where e.dossier_id = dossiers.id and e.kind = 'resolved' and e.officer_id is not null;
create index dossiers_refused on dossiers (closed_at, id, branch_id, checked_by) where status = 'refused';
