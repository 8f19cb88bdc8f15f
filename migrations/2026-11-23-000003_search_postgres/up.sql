-- Words of names, phones and identity numbers, folded (no diacritics), found by prefix.
create table dossier_words (
    dossier_id uuid primary key references dossiers (id),
    branch_id uuid not null,
    words tsvector not null
);
create index dossier_words_found on dossier_words using gin (words);
