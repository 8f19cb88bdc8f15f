-- Each dossier is found by the month of its receipt too (of all, and of its branch: the last eight signs of its key), so
-- that a search may ask for a part of the register, the newest first. Words are kept as they were folded, and
-- made anew from there: the parser of texts took words of other scripts apart.
create table dossier_words_by_month (
    dossier_id uuid primary key references dossiers (id),
    branch_id uuid not null,
    words tsvector not null
);
insert into dossier_words_by_month (dossier_id, branch_id, words)
    select dossier_id, branch_id,
        array_to_tsvector(
            array(select left(word, 200) from unnest(string_to_array(folded, ' ')) as of_name (word) where word <> '')
            || array['·' || month, '·' || month || right(branch_id::text, 8)]
        )
    from (
        select p.dossier_id, p.branch_id,
            coalesce(to_char(d.received_at at time zone 'UTC', 'YYYYMM'), '0') as month,
            p.folded_name
                || regexp_replace(lower(concat(' ', p.phone, ' ', p.id_number)), '[^a-z0-9]+', ' ', 'g') as folded
        from dossier_particulars p join dossiers d on d.id = p.dossier_id
    ) of_month;
drop table dossier_words;
alter table dossier_words_by_month rename to dossier_words;
alter index dossier_words_by_month_pkey rename to dossier_words_pkey;
create index dossier_words_found on dossier_words using gin (words);
