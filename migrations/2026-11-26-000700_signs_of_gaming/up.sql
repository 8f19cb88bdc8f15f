-- Acts that may make figures look better than the work was: few among many, found by their time without looking at
-- the others. The report states these conditions word for word (src/report/integrity/read.rs).
create index dossier_events_signs on dossier_events (occurred_at, dossier_id, seq)
    where (kind = 'reappointed'
        or (kind = 'supplement_requested'
            and (cast(facts->>'round' as integer) >= 2 or cast(facts->'late_request' as text) = 'true'))
        or ((kind = 'withdrawn' or kind = 'stopped') and cast(facts->'past_due' as text) = 'true'));
create index dossiers_refused on dossiers (closed_at, id) where status = 'refused';
