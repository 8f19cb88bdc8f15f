-- What is received and not handed on yet, by due date: few among all that is open, and found by opening each of those before.
create index dossiers_received_due on dossiers (due_on, id) where status between 'received' and 'received';
