-- Letters that came back signed by the token of an agency, byte for byte. A row is written once and never changed; of
-- several, the last one goes out.
create table signed_letters (
    id uuid primary key,
    apology_id uuid not null references apologies (id),
    branch_id uuid not null,
    -- The version of the letter it was put to: a later one has a higher.
    version integer not null,
    sha256 text not null,
    -- Its bytes begin with those of the paper that was issued.
    begins_with_issued boolean not null,
    -- What was read of its signatures.
    signatures jsonb not null,
    body bytea not null,
    stored_at timestamptz not null,
    stored_by uuid not null,
    unique (apology_id, version)
);
