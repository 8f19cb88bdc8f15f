-- Online and not checked within an hour; not handed out within five days: what is judged by the working calendar is
-- among these.
create index dossiers_checked_later on dossiers (submitted_at, id)
    where channel = 'online' and (received_at is null or received_at - submitted_at > interval '01:00:00');
create index dossiers_returned_later on dossiers (resolved_at, id)
    where resolved_at is not null and (returned_at is null or returned_at - resolved_at > interval '120:00:00');
