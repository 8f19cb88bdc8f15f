//! A calendar with days added and taken away, checked whole before anything is written.

use crate::domain::calendar::DayKind;
use crate::domain::calendar::{Calendar, CalendarError, SpecialDay};
use crate::domain::people;
use crate::domain::refusal::Refusal;
use crate::failure::{Failure, FieldFault, Fields, Outcome};
use chrono::{Datelike as _, NaiveDate};
use serde::Deserialize;
use utoipa::ToSchema;

/// A day as an administrator enters it, without its date.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DayForm {
    /// `holiday`, `compensatory_off` (nghỉ bù, hoán đổi), or `working_swap` (a weekend day worked in exchange).
    #[schema(value_type = String, example = "holiday")]
    pub kind: DayKind,
    /// What explanations call it.
    #[schema(example = "Tết Dương lịch")]
    pub name: String,
    /// The other day of the exchange.
    pub paired_date: Option<NaiveDate>,
    pub note: Option<String>,
}

impl DayForm {
    pub fn check(&self, fields: &mut Fields, pointer: &str, date: NaiveDate) -> Option<SpecialDay> {
        let name = fields.take(&format!("{pointer}/name"), people::line(&self.name, 200));
        let note =
            fields.optional(&format!("{pointer}/note"), self.note.as_deref(), |note| people::line(note, 500));
        Some(SpecialDay { date, kind: self.kind, name: name?, paired_date: self.paired_date, note: note? })
    }
}

/// The calendar with `add` put in, each in the place of what its date was, and `remove` taken out.
///
/// # Errors
/// `CalendarMissing` for a day of a year that is not held; a fault of the field under `pointer` for a day that
/// contradicts its weekday.
pub fn edited(
    before: &Calendar,
    add: &[SpecialDay],
    remove: &[NaiveDate],
    pointer: &str,
) -> Outcome<Calendar> {
    let replaced = |date: NaiveDate| remove.contains(&date) || add.iter().any(|day| day.date == date);
    let mut days = Vec::new();
    for (year, _) in before.years() {
        let held = before.special_days(year).map_err(|missing| Failure::from(Refusal::from(missing)))?;
        days.extend(held.iter().filter(|day| !replaced(day.date)).cloned());
    }
    days.extend(add.iter().cloned());
    Calendar::new(before.years(), days, before.hours().clone()).map_err(|error| told(&error, pointer))
}

/// What the calendar says is wrong, as a fault of a field.
pub fn told(error: &CalendarError, pointer: &str) -> Failure {
    let fault =
        |field: &str, code| Failure::Invalid(vec![FieldFault::new(format!("{pointer}{field}"), code)]);
    match error {
        CalendarError::DayInYearNotHeld(date) => Refusal::CalendarMissing { year: date.year() }.into(),
        CalendarError::YearOutOfRange(_) => fault("/year", "out-of-range"),
        CalendarError::YearTwice(_) | CalendarError::DayTwice(_) => fault("/date", "given-twice"),
        CalendarError::SwapOnWeekday(_) => fault("/kind", "swap-on-weekday"),
        CalendarError::CompensatoryOnWeekend(_) => fault("/kind", "compensatory-on-weekend"),
        CalendarError::PairedWithItself(_) => fault("/paired_date", "paired-with-itself"),
        CalendarError::Nameless(_) => fault("/name", "empty"),
    }
}
