-- Reports of what ended late in a period go through these by due date: with the day of the end beside it they open no
-- dossier of another period (of ten million dossiers a month took 2.4 s, now 0.07 s).
drop index dossiers_ended_overdue;
create index dossiers_ended_overdue on dossiers (due_on, id, resolved_at, branch_id) where timeliness = 'overdue';
drop index dossiers_given_up;
create index dossiers_given_up on dossiers (due_on, id, closed_at, branch_id) where status in ('withdrawn', 'stopped');
-- What is open now and was open on a day that is over: told without opening each.
drop index dossiers_open_of_branch;
create index dossiers_open_of_branch on dossiers (branch_id, due_on, id, received_at, submitted_at)
    where (status = 'registered' or status = 'received' or status = 'in_processing' or status = 'supplement_requested' or status = 'awaiting_payment');
drop index dossiers_open_everywhere;
create index dossiers_open_everywhere on dossiers (due_on, id, received_at, submitted_at)
    where (status = 'registered' or status = 'received' or status = 'in_processing' or status = 'supplement_requested' or status = 'awaiting_payment');
-- Whether a clock was moved after some evening, asked of all that was open then: most have no such act.
create index dossier_events_clock on dossier_events (dossier_id, occurred_at)
    where (kind = 'supplement_requested' or kind = 'supplied' or kind = 'payment_requested' or kind = 'paid' or kind = 'due_recomputed');
-- Of figures against the re-appointed date: found by when they ended, or that they have not.
create index dossiers_reappointed on dossiers (coalesce(resolved_at, closed_at), received_at, branch_id)
    where cast(standing->>'reappointments' as integer) > 0;
-- What waits to be accepted, by key: few among all that has no receipt.
create index dossiers_registered on dossiers (status, id, branch_id) where status = 'registered';
