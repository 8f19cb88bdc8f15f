-- What is open at a branch, the newest first, whatever its status: where fewer have one than a page shows, SQLite went through all that
-- the branch has received.
create index dossiers_open_of_branch_newest on dossiers (branch_id, received_at desc, id)
    where status in ('registered', 'received', 'in_processing', 'supplement_requested', 'awaiting_payment');
