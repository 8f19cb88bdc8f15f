-- The words are folded already: every sign beyond ASCII belongs to its word. The default tokenizer took some letters
-- of other scripts for gaps, and half a word is found by nobody.
create virtual table dossier_words_folded using fts5 (words, dossier_id unindexed, branch_id unindexed, detail = none, columnsize = 0, tokenize = 'ascii');
insert into dossier_words_folded (rowid, words, dossier_id, branch_id)
    select rowid, words, dossier_id, branch_id from dossier_words;
drop table dossier_words;
alter table dossier_words_folded rename to dossier_words;
