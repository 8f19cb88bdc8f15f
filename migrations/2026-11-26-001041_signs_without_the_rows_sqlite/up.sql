-- With all that judging takes, so that no dossier is opened for it.
drop index dossiers_checked_later;
create index dossiers_checked_later on dossiers (submitted_at, id, branch_id, received_at, resolved_at, closed_at, returned_at, channel)
    where channel = 'online' and (received_at is null or received_at - submitted_at > 3600000);
drop index dossiers_returned_later;
create index dossiers_returned_later on dossiers (resolved_at, id, branch_id, submitted_at, received_at, closed_at, returned_at)
    where resolved_at is not null and (returned_at is null or returned_at - resolved_at > 432000000);
