-- Online and not checked within an hour; not handed out within five days: what is judged by the working calendar is
-- among these. Moments are milliseconds here.
create index dossiers_checked_later on dossiers (submitted_at, id)
    where channel = 'online' and (received_at is null or received_at - submitted_at > 3600000);
create index dossiers_returned_later on dossiers (resolved_at, id)
    where resolved_at is not null and (returned_at is null or returned_at - resolved_at > 432000000);
