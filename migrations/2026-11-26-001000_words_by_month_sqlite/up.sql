-- Each dossier is found by the month of its receipt too (of all, and of its branch: the last eight signs of its key), so
-- that a search may ask for a part of the register, the newest first.
create virtual table dossier_words_by_month using fts5 (words, dossier_id unindexed, branch_id unindexed, detail = none, columnsize = 0, tokenize = 'ascii');
insert into dossier_words_by_month (rowid, words, dossier_id, branch_id)
    select number, words || ' ·' || month || ' ·' || month || lower(substr(hex(branch_id), -8)), dossier_id, branch_id
    from (
        select w.rowid as number, w.words, w.dossier_id, w.branch_id,
            coalesce(strftime('%Y%m', d.received_at / 1000, 'unixepoch'), '0') as month
        from dossier_words w cross join dossiers d on d.id = w.dossier_id
    );
drop table dossier_words;
alter table dossier_words_by_month rename to dossier_words;
