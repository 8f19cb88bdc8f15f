-- Words of names, phones and identity numbers, folded (no diacritics), found by prefix.
create virtual table dossier_words using fts5 (words, dossier_id unindexed, branch_id unindexed, detail = none, columnsize = 0);
