-- Where an officer is written to, and whether a digest of the day is wanted there.
alter table officers add column email text;
alter table officers add column digest boolean not null default true;
-- Files that notices carry, once however many they go to.
create table notice_files (
    id uuid primary key,
    name text not null,
    content_type text not null,
    sha256 text not null,
    body bytea not null
);
-- Mail to those who work here: digests of the day, reminders, reports. One row a message, written before it is sent.
create table notices (
    id uuid primary key,
    kind text not null check (kind in ('digest', 'reminder', 'report')),
    -- What it is about: one message each, however many instances make it.
    about text not null unique,
    -- Nobody: to an address that is no account's.
    officer_id uuid references officers (id),
    to_address text not null,
    to_name text,
    subject text not null,
    words text not null,
    html text not null,
    file_id uuid references notice_files (id),
    made_at timestamptz not null,
    -- Not sent after this moment: the digest of yesterday helps nobody.
    good_until timestamptz,
    state text not null check (state in ('queued', 'handed_over', 'sent', 'failed')),
    error text,
    sent_at timestamptz
);
create index notices_by_state on notices (state, id);
create index notices_of_officer on notices (officer_id, id);
