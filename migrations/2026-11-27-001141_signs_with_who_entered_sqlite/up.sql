-- The case of a procedure is never searched by: it stands with the rest, and makes room (32 columns at the most).
update dossiers set standing = json_set(standing, '$.case', case_code) where case_code is not null;
alter table dossiers drop column case_code;
-- With all that judging and counting takes, so that neither a dossier nor its events are opened for it.
create index dossiers_checked_later on dossiers (submitted_at, id, branch_id, received_at, closed_at, channel, checked_by)
    where channel = 'online' and (received_at is null or received_at - submitted_at > 3600000);
create index dossiers_returned_later on dossiers (resolved_at, id, branch_id, returned_at, resolved_by)
    where resolved_at is not null and (returned_at is null or returned_at - resolved_at > 432000000);
