-- For the whole register only. A condition that every due date fulfils, and that only the lists of the whole register
-- state, keeps SQLite from taking these for the lists of what is open, which have smaller ones of their own.
drop index dossiers_by_due;
drop index dossiers_of_branch_by_due;
create index dossiers_by_due on dossiers (due_on, id) where due_on >= '0001-01-01';
create index dossiers_of_branch_by_due on dossiers (branch_id, due_on, id) where due_on >= '0001-01-01';
