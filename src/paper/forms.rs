//! From the facts of a dossier to its papers, in words.

use super::control_sheet;
use super::facts::Facts;
use super::print::Sheet;
use crate::documents::codes::{code128_svg, qr_svg};
use crate::documents::dates;
use crate::documents::forms::{
    ControlSheet, Form, FormSet, Head, Owner, Paper, Receipt, Refusal, StoppingNotice, SupplementRequest,
    wording,
};
use crate::domain::event::{Event, Fact, ReturnChannel};
use crate::domain::local_time::day_of;
use crate::failure::{Failure, Outcome};
use chrono::{DateTime, Datelike, Utc};
use serde::Serialize;
use serde_json::Value;

/// The part of a branch that meets people.
const COUNTER: &str = "BỘ PHẬN TIẾP NHẬN\nVÀ TRẢ KẾT QUẢ";
/// Every dossier is handed in once.
const ONE_SET: &str = "01";

/// Puts a paper together.
///
/// # Errors
/// A conflict that says why the dossier has no such paper.
pub fn sheet(facts: &Facts<'_>, form: Form, public_url: &str, now: DateTime<Utc>) -> Outcome<Sheet> {
    match form {
        Form::Receipt => {
            let event = required(facts, "paper-not-received", |fact| matches!(fact, Fact::Received { .. }))?;
            given_out(facts, form, event, None, &receipt(facts, event, public_url))
        }
        Form::SupplementRequest => {
            let event = required(facts, "paper-no-supplement", |fact| {
                matches!(fact, Fact::SupplementRequested { .. })
            })?;
            let paper = supplement_request(facts, event)?;
            given_out(facts, form, event, Some(paper.head.number.clone()), &paper)
        }
        Form::Refusal => {
            let event = required(facts, "paper-not-refused", |fact| matches!(fact, Fact::Refused { .. }))?;
            let paper = refusal(facts, event)?;
            given_out(facts, form, event, Some(paper.head.number.clone()), &paper)
        }
        Form::StoppingNotice => {
            let event = required(facts, "paper-not-stopped", |fact| matches!(fact, Fact::Stopped { .. }))?;
            if set(facts) == FormSet::Of2018 {
                return Err(Failure::Conflict("paper-not-in-2018"));
            }
            let paper = stopping_notice(facts, event)?;
            given_out(facts, form, event, Some(paper.head.number.clone()), &paper)
        }
        Form::ControlSheet => {
            let received =
                required(facts, "paper-not-received", |fact| matches!(fact, Fact::Received { .. }))?;
            let paper = control_sheet(facts, received, now);
            Ok(Sheet { occasion: None, dated: now, ..given_out(facts, form, received, None, &paper)? })
        }
        Form::Apology | Form::ApologyLetter | Form::Register => {
            Err(Failure::Broken(format!("a {form} is not made here")))
        }
    }
}

fn required<'f>(
    facts: &'f Facts<'_>,
    otherwise: &'static str,
    is: impl Fn(&Fact) -> bool,
) -> Outcome<&'f Event> {
    facts.last(is).ok_or(Failure::Conflict(otherwise))
}

fn given_out(
    facts: &Facts<'_>,
    form: Form,
    event: &Event,
    number: Option<String>,
    paper: &impl Serialize,
) -> Outcome<Sheet> {
    Ok(Sheet {
        form,
        dossier: facts.id,
        branch: facts.dossier.branch,
        data: data(paper)?,
        name: facts.dossier.code.clone(),
        occasion: Some(facts.occasion(event)),
        number,
        issued_on: day_of(event.occurred_at),
        signer: Some(facts.name(event.officer)).filter(|name| !name.is_empty()),
        dated: event.occurred_at,
        letter: None,
    })
}

/// A paper as a template reads it.
pub fn data(paper: &impl Serialize) -> Outcome<Value> {
    serde_json::to_value(paper).map_err(|error| Failure::Broken(error.to_string()))
}

fn set(facts: &Facts<'_>) -> FormSet {
    FormSet::of(&facts.dossier.rule_set)
}

/// The head of a paper of the counter.
fn head(facts: &Facts<'_>, form: Form, number: String, at: DateTime<Utc>) -> Head {
    Head {
        above: wording::capitals(&facts.branch.name),
        agency: COUNTER.to_owned(),
        number,
        place_date: format!("{}, {}", facts.branch.place, dates::long(day_of(at))),
        form_note: form.note(set(facts)),
    }
}

/// A paper's number is the dossier's code and what it is: unique without a book to keep. From the second of a kind
/// on it says which.
fn number(facts: &Facts<'_>, ordinal: u32, symbol: &str) -> String {
    let which = if ordinal > 1 { format!(".{ordinal}") } else { String::new() };
    format!("Số: {}{which}/{symbol}", facts.dossier.code)
}

fn receipt(facts: &Facts<'_>, received: &Event, public_url: &str) -> Receipt {
    let (person, owner) = (facts.person(), &facts.told.applicant);
    let code = &facts.dossier.code;
    let site = public_url.trim_end_matches('/');
    let site = (!site.is_empty()).then(|| format!("{site}/tra-cuu"));
    let url = site.as_ref().map(|site| format!("{site}/{code}?key={}", facts.lookup_key));
    let procedure = &facts.version.name;
    let request = match &facts.told.request_summary {
        Some(summary) => format!("{procedure} ({summary})"),
        None => procedure.clone(),
    };
    let case = facts.version.cases.iter().find(|case| case.code == facts.dossier.case);
    let fee = case.and_then(|case| match (case.fee_vnd, &case.fee_note) {
        (Some(0), None) => Some("không thu".to_owned()),
        (Some(fee), None) => Some(wording::dong(fee)),
        (Some(fee), Some(note)) => Some(format!("{} ({note})", wording::dong(fee))),
        (None, note) => note.clone(),
    });
    Receipt {
        head: head(facts, Form::Receipt, format!("Mã hồ sơ: {code}"), received.occurred_at),
        title: Form::Receipt.title(set(facts)).to_owned(),
        dossier_code: code.clone(),
        qr_svg: url.as_deref().and_then(qr_svg),
        barcode_svg: code128_svg(code).unwrap_or_default(),
        counter_name: facts.branch.name.clone(),
        applicant_name: person.name.clone(),
        applicant_address: person.address.clone().unwrap_or_default(),
        phone: person.phone.clone().unwrap_or_default(),
        email: person.email.clone().unwrap_or_default(),
        id_number: person.id_number.clone().unwrap_or_default(),
        request,
        owner: facts
            .told
            .representative
            .is_some()
            .then(|| Owner { name: owner.name.clone(), address: owner.address.clone().unwrap_or_default() }),
        components: facts
            .told
            .components
            .iter()
            .map(|paper| Paper {
                name: paper.name.clone(),
                form: wording::paper_form(paper.form).to_owned(),
                copies: format!("{:02}", paper.copies),
            })
            .collect(),
        set_count: ONE_SET.to_owned(),
        statutory_limit: wording::limit(&facts.dossier.time_limit),
        received_at: wording::moment(received.occurred_at),
        due_at: facts.first_due_at.map(wording::moment).unwrap_or_default(),
        return_method: return_method(facts),
        fee,
        book_no: day_of(received.occurred_at).year().to_string(),
        signature_applicant: person.name.clone(),
        signature_official: facts.name(received.officer),
        lookup_url: url,
        lookup_site: site,
        lookup_key: facts.lookup_key.clone(),
    }
}

fn return_method(facts: &Facts<'_>) -> String {
    match facts.told.return_channel {
        None | Some(ReturnChannel::InPerson) => format!("Bộ phận Một cửa, {}", facts.branch.name),
        Some(ReturnChannel::Online) => "Cổng Dịch vụ công (trực tuyến)".to_owned(),
        Some(ReturnChannel::Postal) => "Dịch vụ bưu chính công ích".to_owned(),
    }
}

fn supplement_request(facts: &Facts<'_>, event: &Event) -> Outcome<SupplementRequest> {
    let Fact::SupplementRequested { items, reason, round, .. } = &event.fact else {
        return other_event(event);
    };
    let person = facts.person();
    let official = facts.name(event.officer);
    Ok(SupplementRequest {
        head: head(facts, Form::SupplementRequest, number(facts, *round, "HDHS"), event.occurred_at),
        title: Form::SupplementRequest.title(set(facts)).to_owned(),
        dossier_code: facts.dossier.code.clone(),
        applicant_name: facts.told.applicant.name.clone(),
        procedure_name: facts.version.name.clone(),
        applicant_address: person.address.clone().unwrap_or_default(),
        phone: person.phone.clone().unwrap_or_default(),
        email: person.email.clone().unwrap_or_default(),
        requested_items: items.clone(),
        reason: reason.clone(),
        round_note: (*round > 1).then(|| format!("Đây là lần yêu cầu bổ sung thứ {round:02}.")),
        contact_person: if official.is_empty() { counter_of(facts) } else { official.clone() },
        contact_phone: facts.branch.contact_phone.clone(),
        signature_official: official,
    })
}

fn refusal(facts: &Facts<'_>, event: &Event) -> Outcome<Refusal> {
    let Fact::Refused { reason } = &event.fact else { return other_event(event) };
    let person = facts.person();
    Ok(Refusal {
        head: head(facts, Form::Refusal, number(facts, 1, "TCHS"), event.occurred_at),
        title: Form::Refusal.title(set(facts)).to_owned(),
        dossier_code: facts.dossier.code.clone(),
        counter_name: facts.branch.name.clone(),
        applicant_name: facts.told.applicant.name.clone(),
        applicant_address: person.address.clone().unwrap_or_default(),
        phone: person.phone.clone().unwrap_or_default(),
        email: person.email.clone().unwrap_or_default(),
        procedure_name: facts.version.name.clone(),
        reason: reason.clone(),
        contact_phone: facts.branch.contact_phone.clone(),
        signature_applicant: person.name.clone(),
        signature_official: facts.name(event.officer),
    })
}

fn stopping_notice(facts: &Facts<'_>, event: &Event) -> Outcome<StoppingNotice> {
    let Fact::Stopped { reason, .. } = &event.fact else { return other_event(event) };
    let person = facts.person();
    let (signer, title) = facts.head.clone().unwrap_or_default();
    Ok(StoppingNotice {
        head: Head {
            above: wording::capitals(&facts.branch.department_name),
            agency: wording::capitals(&facts.branch.name),
            ..head(facts, Form::StoppingNotice, number(facts, 1, "TBD"), event.occurred_at)
        },
        title: Form::StoppingNotice.title(set(facts)).to_owned(),
        dossier_code: facts.dossier.code.clone(),
        counter_name: facts.branch.name.clone(),
        applicant_name: facts.told.applicant.name.clone(),
        applicant_address: person.address.clone().unwrap_or_default(),
        phone: person.phone.clone().unwrap_or_default(),
        email: person.email.clone().unwrap_or_default(),
        procedure_name: facts.version.name.clone(),
        received_on: facts.dossier.received_at.map(wording::day).unwrap_or_default(),
        due_on: facts.dossier.due_on().map(dates::short).unwrap_or_default(),
        stopped_on: wording::day(event.occurred_at),
        reason: reason.trim_end_matches('.').to_owned(),
        contact_person: counter_of(facts),
        contact_phone: facts.branch.contact_phone.clone(),
        distribution: ["- Như trên;", "- Bộ phận Một cửa;", "- Lưu: VT."].map(str::to_owned).to_vec(),
        signature_title: wording::capitals(title.as_deref().unwrap_or("Thủ trưởng đơn vị")),
        signature_official: signer,
    })
}

fn control_sheet(facts: &Facts<'_>, received: &Event, now: DateTime<Utc>) -> ControlSheet {
    let owner = &facts.told.applicant;
    let deadline = facts.dossier.clock.as_ref().map(|clock| clock.deadline.due_at);
    ControlSheet {
        head: head(facts, Form::ControlSheet, format!("Mã hồ sơ: {}", facts.dossier.code), now),
        title: Form::ControlSheet.title(set(facts)).to_owned(),
        dossier_code: facts.dossier.code.clone(),
        owner_name: owner.name.clone(),
        phone: owner.phone.clone().unwrap_or_default(),
        address: owner.address.clone().unwrap_or_default(),
        procedure_name: facts.version.name.clone(),
        received_at: wording::moment(received.occurred_at),
        due_at: deadline.map(wording::moment).unwrap_or_default(),
        agency: facts.branch.name.clone(),
        legs: control_sheet::legs(facts),
    }
}

fn counter_of(facts: &Facts<'_>) -> String {
    format!("Bộ phận Một cửa, {}", facts.branch.name)
}

fn other_event<T>(event: &Event) -> Outcome<T> {
    Err(Failure::Broken(format!("event {} is another than was looked for", event.seq)))
}
