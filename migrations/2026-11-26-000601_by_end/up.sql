-- What ended, by when: the lists behind the figures of a period, and of what was still in process on a day that is over.
-- The day of receipt stands in the index too: of what ended after a day, most came after it and is passed over unread.
create index dossiers_by_end on dossiers (coalesce(resolved_at, closed_at), id, received_at)
    where coalesce(resolved_at, closed_at) is not null;
create index dossiers_of_branch_by_end on dossiers (branch_id, coalesce(resolved_at, closed_at), id, received_at)
    where coalesce(resolved_at, closed_at) is not null;
