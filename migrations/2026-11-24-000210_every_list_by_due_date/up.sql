-- Every list can be ordered by due date, not only those of what is open: without these, the page of a million dossiers
-- is sorted each time (half a second).
create index dossiers_by_due on dossiers (due_on, id);
create index dossiers_of_branch_by_due on dossiers (branch_id, due_on, id);
