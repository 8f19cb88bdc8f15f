-- A session of a browser is known by a cookie instead of a refresh token: its SHA-256, as with the tokens.
alter table sessions add column cookie_hash text;
create unique index sessions_by_cookie on sessions (cookie_hash);
