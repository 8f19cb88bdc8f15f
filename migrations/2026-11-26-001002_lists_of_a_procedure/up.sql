-- The lists of a procedure: at ten million dossiers a page in the middle by due date took a second along the index of all,
-- and one of a procedure that is seldom asked for would go through the whole register.
create index dossiers_of_procedure_by_due on dossiers (procedure_id, due_on, id) where due_on >= '0001-01-01';
create index dossiers_of_procedure_by_receipt on dossiers (procedure_id, received_at desc, id);
