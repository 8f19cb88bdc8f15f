-- Papers as they were given out, byte for byte. A row is written once and never changed: what was issued is fixed,
-- whatever becomes of its template, of the rules and of the words of the catalogue.
create table documents (
    id uuid primary key,
    dossier_id uuid not null references dossiers (id),
    branch_id uuid not null,
    form text not null,
    -- What it was issued for: the event of the dossier, or the letter.
    occasion text not null,
    number text,
    issued_on date not null,
    signer text,
    -- SHA-256 of the template, where it was not the program's own.
    template text,
    sha256 text not null,
    body bytea not null,
    stored_at timestamptz not null,
    unique (dossier_id, form, occasion)
);

-- Templates that a branch has put in the place of the program's own.
create table templates (
    branch_id uuid not null references branches (id),
    form text not null,
    source text not null,
    sha256 text not null,
    saved_at timestamptz not null,
    saved_by uuid not null,
    primary key (branch_id, form)
);
