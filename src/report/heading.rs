//! Of whom a report is, as it stands at the head of its paper: a branch under its department, or the department.

use crate::documents::dates;
use crate::documents::forms::{Head, wording};
use crate::domain::local_time::day_of;
use crate::reference::Reference;
use chrono::{DateTime, Utc};

/// The agency that reports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heading {
    above: String,
    /// In the letters it is written with, for lines of text.
    pub agency: String,
    place: String,
}

impl Heading {
    /// Of this branch; of the department where none is named.
    pub fn of(reference: &Reference, branch_code: Option<&str>) -> Self {
        let named = branch_code.and_then(|code| reference.branch(code));
        match (named, reference.branches().first()) {
            (Some(branch), _) => Self {
                above: branch.department_name.clone(),
                agency: branch.name.clone(),
                place: branch.place.clone(),
            },
            (None, Some(any)) => Self {
                above: above(&any.department_name, &any.place),
                agency: any.department_name.clone(),
                place: any.place.clone(),
            },
            (None, None) => Self::default(),
        }
    }

    /// At the head of a paper of today.
    pub fn head(&self, form_note: &str, now: DateTime<Utc>) -> Head {
        Head {
            above: wording::capitals(&self.above),
            agency: wording::capitals(&self.agency),
            number: String::new(),
            place_date: format!("{}, {}", self.place, dates::long(day_of(now))),
            form_note: form_note.to_owned(),
        }
    }
}

/// A "Sở" of a province stands under its people's committee (Luật Tổ chức chính quyền địa phương); of others nothing
/// is known here.
fn above(department: &str, place: &str) -> String {
    if department.starts_with("Sở ") && department.ends_with(place) && !place.is_empty() {
        format!("Ủy ban nhân dân {place}")
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_department_of_a_province_stands_under_its_committee_and_of_others_nothing_is_said() {
        let place = "Thành phố Hồ Chí Minh";
        let department = "Sở Nông nghiệp và Phát triển nông thôn Thành phố Hồ Chí Minh";
        assert_eq!(above(department, place), "Ủy ban nhân dân Thành phố Hồ Chí Minh");
        assert_eq!(above("Cục Thú y", place), "");
        assert_eq!(above(department, ""), "");
    }
}
