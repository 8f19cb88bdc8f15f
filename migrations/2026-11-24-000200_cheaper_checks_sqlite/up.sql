-- SQLite builds a table of its own for each list of more than two words, and fills it again for every row it writes:
-- seven of them for each change of a dossier. The same conditions as comparisons cost nothing. Checks cannot be altered;
-- their text can, as https://www.sqlite.org/lang_altertable.html has it, because what is stored does not change.
pragma writable_schema = on;
update sqlite_schema set sql = replace(replace(replace(sql,
    'check (channel in (''in_person'', ''online'', ''postal''))',
    'check (channel = ''in_person'' or channel = ''online'' or channel = ''postal'')'),
    'check (status in (''registered'', ''received'', ''in_processing'', ''supplement_requested'',' || char(10)
        || '        ''awaiting_payment'', ''resolved'', ''returned'', ''refused'', ''withdrawn'', ''stopped''))',
    'check (status = ''registered'' or status = ''received'' or status = ''in_processing'' or status = ''supplement_requested'''
        || ' or status = ''awaiting_payment'' or status = ''resolved'' or status = ''returned'' or status = ''refused'''
        || ' or status = ''withdrawn'' or status = ''stopped'')'),
    'check (timeliness in (''early'', ''on_time'', ''overdue''))',
    'check (timeliness = ''early'' or timeliness = ''on_time'' or timeliness = ''overdue'')')
    where type = 'table' and name = 'dossiers';
update sqlite_schema set sql = replace(sql,
    'check (applicant_kind in (''citizen'', ''enterprise'', ''state_body'', ''other''))',
    'check (applicant_kind = ''citizen'' or applicant_kind = ''enterprise'' or applicant_kind = ''state_body'''
        || ' or applicant_kind = ''other'')')
    where type = 'table' and name = 'dossier_particulars';
pragma writable_schema = reset;

drop index dossiers_open_of_branch;
drop index dossiers_open_held;
drop index dossiers_open_everywhere;
create index dossiers_open_of_branch on dossiers (branch_id, due_on, id)
    where (status = 'registered' or status = 'received' or status = 'in_processing' or status = 'supplement_requested' or status = 'awaiting_payment');
create index dossiers_open_held on dossiers (held_by, due_on, id)
    where (status = 'registered' or status = 'received' or status = 'in_processing' or status = 'supplement_requested' or status = 'awaiting_payment');
create index dossiers_open_everywhere on dossiers (due_on, id)
    where (status = 'registered' or status = 'received' or status = 'in_processing' or status = 'supplement_requested' or status = 'awaiting_payment');
