-- What is open in all branches, the most urgent first: the first page of the department.
create index dossiers_open_everywhere on dossiers (due_on, id)
    where status in ('registered', 'received', 'in_processing', 'supplement_requested', 'awaiting_payment');
