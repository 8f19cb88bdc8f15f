//! The tables, for both databases (migrations/).

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    settings (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    rule_sets (code) {
        code -> Text,
        valid_from -> Date,
        name -> Text,
        legal_basis -> Text,
        supplement_mode -> Text,
        supplement_request_days -> Integer,
        handover_cutoff -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    calendar_years (year) {
        year -> Integer,
        standing -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    calendar_days (date) {
        date -> Date,
        kind -> Text,
        name -> Text,
        paired_date -> Nullable<Date>,
        note -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    branches (id) {
        id -> UuidSql,
        code -> Text,
        name -> Text,
        agency_identifier -> Text,
        department_name -> Text,
        letter_symbol -> Text,
        place -> Text,
        address -> Text,
        contact_phone -> Text,
        contact_email -> Nullable<Text>,
        apology_mode -> Text,
        authorised_by -> Nullable<Text>,
        authorised_on -> Nullable<Date>,
        authorised_document -> Nullable<Text>,
        active -> Bool,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    sectors (id) {
        id -> UuidSql,
        code -> Text,
        name -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    procedures (id) {
        id -> UuidSql,
        code -> Text,
        code_verified -> Bool,
        sector_id -> UuidSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    procedure_branches (procedure_id, branch_id) {
        procedure_id -> UuidSql,
        branch_id -> UuidSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    procedure_versions (id) {
        id -> UuidSql,
        procedure_id -> UuidSql,
        number -> Integer,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        name -> Text,
        legal_basis -> Text,
        decided_by -> Text,
        online_level -> Text,
        postal_eligible -> Bool,
        posted_on -> Nullable<Date>,
        note -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    procedure_cases (version_id, code) {
        version_id -> UuidSql,
        code -> Text,
        ordinal -> Integer,
        name -> Text,
        time_limit -> Nullable<Text>,
        time_limit_verified -> Bool,
        fee_vnd -> Nullable<BigInt>,
        fee_note -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    procedure_components (version_id, ordinal) {
        version_id -> UuidSql,
        ordinal -> Integer,
        name -> Text,
        form -> Text,
        copies -> Integer,
        required -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    process_steps (version_id, code) {
        version_id -> UuidSql,
        code -> Text,
        ordinal -> Integer,
        name -> Text,
        share_percent -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    officers (id) {
        id -> UuidSql,
        username -> Text,
        full_name -> Text,
        title -> Nullable<Text>,
        role -> Text,
        branch_id -> Nullable<UuidSql>,
        password_hash -> Text,
        active -> Bool,
        version -> Integer,
        created_at -> MomentSql,
        email -> Nullable<Text>,
        digest -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    sign_in_failures (username) {
        username -> Text,
        failures -> Integer,
        last_at -> MomentSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    sessions (id) {
        id -> UuidSql,
        officer_id -> UuidSql,
        refresh_hash -> Text,
        spent_hash -> Nullable<Text>,
        created_at -> MomentSql,
        expires_at -> MomentSql,
        revoked_at -> Nullable<MomentSql>,
        cookie_hash -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    code_counters (agency_identifier, day) {
        agency_identifier -> Text,
        day -> Date,
        last -> Integer,
        raised -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    number_counters (branch_id, series, year) {
        branch_id -> UuidSql,
        series -> Text,
        year -> Integer,
        last -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    dossiers (id) {
        id -> UuidSql,
        code -> Text,
        branch_id -> UuidSql,
        sector_id -> UuidSql,
        procedure_id -> UuidSql,
        procedure_version_id -> UuidSql,
        rule_set -> Text,
        channel -> Text,
        status -> Text,
        time_limit -> Text,
        submitted_at -> MomentSql,
        received_at -> Nullable<MomentSql>,
        clock_started_at -> Nullable<MomentSql>,
        due_on -> Nullable<Date>,
        due_at -> Nullable<MomentSql>,
        first_due_on -> Nullable<Date>,
        reappointed_due_on -> Nullable<Date>,
        apology_due_on -> Nullable<Date>,
        provisional -> Bool,
        supplement_rounds -> Integer,
        waiting_since -> Nullable<MomentSql>,
        resolved_at -> Nullable<MomentSql>,
        timeliness -> Nullable<Text>,
        closed_at -> Nullable<MomentSql>,
        returned_at -> Nullable<MomentSql>,
        held_by -> Nullable<UuidSql>,
        held_step -> Nullable<Text>,
        standing -> JsonSql,
        version -> Integer,
        chain -> Text,
        checked_by -> Nullable<UuidSql>,
        resolved_by -> Nullable<UuidSql>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    dossier_particulars (dossier_id) {
        dossier_id -> UuidSql,
        branch_id -> UuidSql,
        applicant_name -> Text,
        applicant_kind -> Text,
        id_number -> Nullable<Text>,
        phone -> Nullable<Text>,
        email -> Nullable<Text>,
        address -> Nullable<Text>,
        folded_name -> Text,
        lookup_key -> Text,
        words_row -> Nullable<BigInt>,
        particulars -> JsonSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    dossier_events (dossier_id, seq) {
        dossier_id -> UuidSql,
        seq -> Integer,
        branch_id -> UuidSql,
        kind -> Text,
        occurred_at -> MomentSql,
        recorded_at -> MomentSql,
        officer_id -> Nullable<UuidSql>,
        facts -> JsonSql,
        hash -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    reappointments (dossier_id, ordinal) {
        dossier_id -> UuidSql,
        ordinal -> Integer,
        branch_id -> UuidSql,
        due_on -> Date,
        new_due_on -> Date,
        cause -> Text,
        reason -> Text,
        recorded_at -> MomentSql,
        officer_id -> Nullable<UuidSql>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    tallies (branch_id, grain, day, sector_id) {
        branch_id -> UuidSql,
        sector_id -> UuidSql,
        grain -> SmallInt,
        day -> Date,
        received_online -> BigInt,
        received_in_person -> BigInt,
        received_postal -> BigInt,
        resolved_early -> BigInt,
        resolved_on_time -> BigInt,
        resolved_overdue -> BigInt,
        letter_in_advance -> BigInt,
        letter_on_due_day -> BigInt,
        letter_late -> BigInt,
        closed -> BigInt,
        closed_past_due -> BigInt,
        open -> BigInt,
        waiting -> BigInt,
        overdue -> BigInt,
        overdue_in_advance -> BigInt,
        overdue_on_due_day -> BigInt,
        overdue_late -> BigInt,
        late_entries -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    tallies_returned (branch_id, grain, day, sector_id, procedure_id, channel) {
        branch_id -> UuidSql,
        sector_id -> UuidSql,
        procedure_id -> UuidSql,
        channel -> Text,
        grain -> SmallInt,
        day -> Date,
        returned_in_person -> BigInt,
        returned_online -> BigInt,
        returned_postal -> BigInt,
        surveyed -> BigInt,
        surveyed_by_applicant -> BigInt,
        satisfied -> BigInt,
        late_answers -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    tallies_parts (branch_id, grain, day, sector_id, procedure_id, unit, step, officer_id) {
        branch_id -> UuidSql,
        sector_id -> UuidSql,
        procedure_id -> UuidSql,
        unit -> Text,
        step -> Text,
        officer_id -> UuidSql,
        grain -> SmallInt,
        day -> Date,
        early -> BigInt,
        on_time -> BigInt,
        overdue -> BigInt,
        not_judged -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    tallies_fine (branch_id, grain, day, sector_id, procedure_id, channel, officer_id) {
        branch_id -> UuidSql,
        sector_id -> UuidSql,
        procedure_id -> UuidSql,
        channel -> Text,
        officer_id -> UuidSql,
        grain -> SmallInt,
        day -> Date,
        received -> BigInt,
        resolved_early -> BigInt,
        resolved_on_time -> BigInt,
        resolved_overdue -> BigInt,
        letter_in_advance -> BigInt,
        letter_on_due_day -> BigInt,
        letter_late -> BigInt,
        closed -> BigInt,
        closed_past_due -> BigInt,
        open -> BigInt,
        waiting -> BigInt,
        overdue -> BigInt,
        overdue_in_advance -> BigInt,
        overdue_on_due_day -> BigInt,
        overdue_late -> BigInt,
        late_entries -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    apologies (id) {
        id -> UuidSql,
        dossier_id -> UuidSql,
        branch_id -> UuidSql,
        due_on -> Date,
        status -> Text,
        cause -> Nullable<Text>,
        reason -> Nullable<Text>,
        new_due_on -> Nullable<Date>,
        body -> Nullable<Text>,
        drafted_at -> MomentSql,
        approved_at -> Nullable<MomentSql>,
        approved_by -> Nullable<UuidSql>,
        automatic -> Bool,
        number -> Nullable<Integer>,
        number_year -> Nullable<Integer>,
        number_symbol -> Nullable<Text>,
        timeliness -> Nullable<Text>,
        letter -> Nullable<Text>,
        letter_sha256 -> Nullable<Text>,
        recipient_email -> Nullable<Text>,
        mail_state -> Nullable<Text>,
        mail_error -> Nullable<Text>,
        sent_at -> Nullable<MomentSql>,
        delivered_at -> Nullable<MomentSql>,
        delivered_how -> Nullable<Text>,
        delivered_to -> Nullable<Text>,
        held_by -> Nullable<UuidSql>,
        version -> Integer,
        held_back -> Bool,
        facts -> Nullable<JsonSql>,
        delivered_by -> Nullable<UuidSql>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    jobs (id) {
        id -> UuidSql,
        kind -> Text,
        dedup_key -> Nullable<Text>,
        payload -> JsonSql,
        state -> Text,
        run_at -> MomentSql,
        attempts -> Integer,
        leased_until -> Nullable<MomentSql>,
        leased_by -> Nullable<Text>,
        last_error -> Nullable<Text>,
        created_at -> MomentSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    idempotency_keys (officer_id, key) {
        officer_id -> UuidSql,
        key -> Text,
        request_hash -> Text,
        status -> Integer,
        location -> Nullable<Text>,
        etag -> Nullable<Text>,
        body -> Text,
        created_at -> MomentSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{MomentSql, UuidSql};
    intake_entries (branch_id, entry) {
        branch_id -> UuidSql,
        entry -> Text,
        dossier_id -> Nullable<UuidSql>,
        created_at -> MomentSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    dossier_views (id) {
        id -> UuidSql,
        dossier_id -> UuidSql,
        branch_id -> UuidSql,
        officer_id -> UuidSql,
        viewed_at -> MomentSql,
        what -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::*;
    imports (file_sha256) {
        file_sha256 -> Text,
        lines -> BigInt,
        imported -> BigInt,
        reached_at -> Nullable<MomentSql>,
        reached_line -> BigInt,
        started_at -> MomentSql,
        finished_at -> Nullable<MomentSql>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::*;
    dossier_causes (dossier_id) {
        dossier_id -> UuidSql,
        branch_id -> UuidSql,
        cause -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    documents (id) {
        id -> UuidSql,
        dossier_id -> UuidSql,
        branch_id -> UuidSql,
        form -> Text,
        occasion -> Text,
        number -> Nullable<Text>,
        issued_on -> Date,
        signer -> Nullable<Text>,
        template -> Nullable<Text>,
        sha256 -> Text,
        body -> Binary,
        stored_at -> MomentSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    templates (branch_id, form) {
        branch_id -> UuidSql,
        form -> Text,
        source -> Text,
        sha256 -> Text,
        saved_at -> MomentSql,
        saved_by -> UuidSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    signed_letters (id) {
        id -> UuidSql,
        apology_id -> UuidSql,
        branch_id -> UuidSql,
        version -> Integer,
        sha256 -> Text,
        begins_with_issued -> Bool,
        signatures -> JsonSql,
        body -> Binary,
        stored_at -> MomentSql,
        stored_by -> UuidSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    closings (id) {
        id -> UuidSql,
        number -> Integer,
        report -> Text,
        branch_id -> UuidSql,
        from_on -> Date,
        to_on -> Date,
        as_of -> Date,
        note -> Nullable<Text>,
        figures -> Text,
        seen -> Text,
        sha256 -> Text,
        before -> Text,
        seal -> Text,
        closed_at -> MomentSql,
        closed_by -> UuidSql,
        closed_by_name -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    register_files (id) {
        id -> UuidSql,
        file_name -> Text,
        sha256 -> Text,
        bytes -> BigInt,
        handed_in_at -> MomentSql,
        handed_in_by -> UuidSql,
        handed_in_by_name -> Text,
        state -> Text,
        skip_bad -> Bool,
        phase -> Nullable<Text>,
        done -> BigInt,
        total -> BigInt,
        report -> JsonSql,
        changed_at -> MomentSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    register_contents (file_id, part) {
        file_id -> UuidSql,
        part -> Text,
        body -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{MomentSql, UuidSql};
    print_batches (id) {
        id -> UuidSql,
        kind -> Text,
        chosen -> Text,
        branch_id -> Nullable<UuidSql>,
        ordered_at -> MomentSql,
        ordered_by -> UuidSql,
        ordered_by_name -> Text,
        state -> Text,
        total -> Integer,
        done -> Integer,
        faulty -> Integer,
        pages -> Integer,
        next_object -> BigInt,
        bytes -> BigInt,
        changed_at -> MomentSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::UuidSql;
    print_batch_items (batch_id, place) {
        batch_id -> UuidSql,
        place -> Integer,
        dossier_code -> Text,
        fault -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::UuidSql;
    print_batch_pieces (batch_id, place) {
        batch_id -> UuidSql,
        place -> Integer,
        first_object -> BigInt,
        offsets -> Binary,
        pages -> Integer,
        bytes -> BigInt,
        body -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    recent_durations (procedure_id, time_limit, working_days) {
        procedure_id -> UuidSql,
        time_limit -> Text,
        working_days -> Integer,
        cases -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    recent_step_durations (procedure_id, step, time_limit, working_days) {
        procedure_id -> UuidSql,
        step -> Text,
        time_limit -> Text,
        working_days -> Integer,
        cases -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{JsonSql, MomentSql, UuidSql};
    targets (id) {
        id -> UuidSql,
        indicator -> Text,
        branch_id -> UuidSql,
        sector_id -> UuidSql,
        numerator -> BigInt,
        denominator -> BigInt,
        strictness -> Text,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        note -> Nullable<Text>,
        version -> Integer,
        set_at -> MomentSql,
        set_by -> UuidSql,
        ended_at -> Nullable<MomentSql>,
        ended_by -> Nullable<UuidSql>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::UuidSql;

    notice_files (id) {
        id -> UuidSql,
        name -> Text,
        content_type -> Text,
        sha256 -> Text,
        body -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{MomentSql, UuidSql};

    notices (id) {
        id -> UuidSql,
        kind -> Text,
        about -> Text,
        officer_id -> Nullable<UuidSql>,
        to_address -> Text,
        to_name -> Nullable<Text>,
        subject -> Text,
        words -> Text,
        html -> Text,
        file_id -> Nullable<UuidSql>,
        made_at -> MomentSql,
        good_until -> Nullable<MomentSql>,
        state -> Text,
        error -> Nullable<Text>,
        sent_at -> Nullable<MomentSql>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{MomentSql, UuidSql};

    schedules (id) {
        id -> UuidSql,
        name -> Text,
        report -> Text,
        branch_id -> UuidSql,
        days -> Text,
        covers -> Text,
        recipients -> Text,
        lead_days -> Integer,
        active -> Bool,
        since -> Date,
        version -> Integer,
        created_at -> MomentSql,
        removed_at -> Nullable<MomentSql>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{MomentSql, UuidSql};

    schedule_runs (id) {
        id -> UuidSql,
        schedule_id -> UuidSql,
        due_on -> Date,
        from_on -> Date,
        to_on -> Date,
        as_of -> Date,
        state -> Text,
        error -> Nullable<Text>,
        closing_number -> Nullable<Integer>,
        file_id -> Nullable<UuidSql>,
        begun_at -> MomentSql,
        made_at -> Nullable<MomentSql>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{MomentSql, UuidSql};

    recomputations (id) {
        id -> UuidSql,
        reason -> Text,
        ordered_at -> MomentSql,
        ordered_by -> UuidSql,
        ordered_by_name -> Text,
        state -> Text,
        total -> Integer,
        done -> Integer,
        moved -> Integer,
        kept -> Integer,
        failed -> Integer,
        after_due_on -> Nullable<Date>,
        after_id -> Nullable<UuidSql>,
        changed_at -> MomentSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::UuidSql;

    recomputation_items (recomputation_id, place) {
        recomputation_id -> UuidSql,
        place -> Integer,
        dossier_code -> Text,
        branch_id -> UuidSql,
        outcome -> Text,
        due_on -> Date,
        computed_due_on -> Nullable<Date>,
        fault -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{MomentSql, UuidSql};

    approval_orders (id) {
        id -> UuidSql,
        branch_id -> UuidSql,
        ordered_at -> MomentSql,
        ordered_by -> UuidSql,
        ordered_by_name -> Text,
        ordered_by_title -> Nullable<Text>,
        state -> Text,
        total -> Integer,
        done -> Integer,
        approved -> Integer,
        refused -> Integer,
        changed_at -> MomentSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::UuidSql;

    approval_order_items (order_id, place) {
        order_id -> UuidSql,
        place -> Integer,
        apology_id -> UuidSql,
        version -> Integer,
        dossier_code -> Text,
        outcome -> Nullable<Text>,
        number -> Nullable<Text>,
        by_mail -> Nullable<Bool>,
        fault -> Nullable<Text>,
        missing -> Nullable<Text>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    settings,
    rule_sets,
    calendar_years,
    calendar_days,
    branches,
    sectors,
    procedures,
    procedure_branches,
    procedure_versions,
    procedure_cases,
    procedure_components,
    process_steps,
    officers,
    sign_in_failures,
    sessions,
    code_counters,
    imports,
    dossier_causes,
    number_counters,
    dossiers,
    dossier_particulars,
    dossier_events,
    reappointments,
    tallies,
    tallies_fine,
    tallies_parts,
    tallies_returned,
    apologies,
    jobs,
    idempotency_keys,
    intake_entries,
    dossier_views,
    documents,
    templates,
    signed_letters,
    closings,
    print_batch_items,
    print_batch_pieces,
    print_batches,
    recent_durations,
    recent_step_durations,
    register_contents,
    register_files,
    targets,
    notice_files,
    notices,
    schedules,
    schedule_runs,
    recomputations,
    recomputation_items,
    approval_orders,
    approval_order_items,
);
