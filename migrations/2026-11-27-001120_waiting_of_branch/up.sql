-- What waits for the citizen at a branch, the newest first: where fewer wait than a page shows, SQLite went through all that the branch
-- has received.
create index dossiers_waiting_of_branch on dossiers (branch_id, received_at desc, id)
    where status in ('supplement_requested', 'awaiting_payment');
