-- Somebody has stopped the letter from going out by itself; the head may still approve it.
alter table apologies add column held_back boolean not null default false;
-- What the letter was made from, fixed with it: the mail that brings it must say the same whenever it goes out.
alter table apologies add column facts jsonb;
-- Who wrote down that it was handed over on paper.
alter table apologies add column delivered_by uuid;
-- Who was owed a letter: the late that ended, without reading the rest.
create index dossiers_ended_overdue on dossiers (due_on, id) where timeliness = 'overdue';
create index dossiers_given_up on dossiers (due_on, id) where status in ('withdrawn', 'stopped');
