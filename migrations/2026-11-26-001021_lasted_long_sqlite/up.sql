-- What lasted longer than sixty days, by when it ended: few of all. What was open on a day long ago either ended within
-- sixty days of it, which dossiers_by_end finds, or is among these. Moments are milliseconds here.
create index dossiers_lasted_long on dossiers (coalesce(resolved_at, closed_at), received_at, branch_id)
    where coalesce(resolved_at, closed_at) - received_at > 5184000000;
