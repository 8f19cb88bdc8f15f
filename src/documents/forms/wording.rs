//! Facts in the words that Vietnamese papers have for them.

use crate::documents::dates;
use crate::domain::catalogue::PaperForm;
use crate::domain::event::ReturnChannel;
use crate::domain::local_time::{day_of, local};
use crate::domain::punctuality::Timeliness;
use crate::domain::time_limit::{TimeLimit, Unit};
use chrono::{DateTime, Utc};

/// `09 giờ 05 phút, ngày 05 tháng 01 năm 2026`.
pub fn moment(at: DateTime<Utc>) -> String {
    format!("{}, {}", local(at).format("%H giờ %M phút"), dates::long(day_of(at)))
}

/// `05/01/2026`.
pub fn day(at: DateTime<Utc>) -> String {
    dates::short(day_of(at))
}

/// `03 ngày làm việc`, `05 ngày làm việc + 10 ngày`.
pub fn limit(limit: &TimeLimit) -> String {
    let legs: Vec<String> = limit
        .legs()
        .iter()
        .map(|leg| {
            let unit = match leg.unit() {
                Unit::WorkingDays => "ngày làm việc",
                Unit::CalendarDays => "ngày",
                Unit::WorkingHours => "giờ làm việc",
            };
            format!("{:02} {unit}", leg.amount())
        })
        .collect();
    legs.join(" + ")
}

/// `120.000 đồng`.
pub fn dong(amount: u64) -> String {
    let digits = amount.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    format!("{grouped} đồng")
}

/// In which form a paper is handed in.
pub fn paper_form(form: PaperForm) -> &'static str {
    match form {
        PaperForm::Original => "Bản chính",
        PaperForm::Copy => "Bản sao",
        PaperForm::CertifiedCopy => "Bản sao chứng thực",
        PaperForm::Photocopy => "Bản chụp",
    }
}

/// How a result is handed out, for the register.
pub fn return_channel(channel: ReturnChannel) -> &'static str {
    match channel {
        ReturnChannel::InPerson => "Trực tiếp",
        ReturnChannel::Online => "Trực tuyến",
        ReturnChannel::Postal => "Bưu chính công ích",
    }
}

/// The verdict on a part of the way.
pub fn verdict(timeliness: Timeliness) -> &'static str {
    match timeliness {
        Timeliness::Early => "Trước hạn",
        Timeliness::OnTime => "Đúng hạn",
        Timeliness::Overdue => "Quá hạn",
    }
}

/// In capitals.
pub fn capitals(text: &str) -> String {
    text.to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::testing::at;

    #[test]
    fn moments_limits_and_money_read_as_on_paper() {
        assert_eq!(moment(at("2026-01-05 09:05")), "09 giờ 05 phút, ngày 05 tháng 01 năm 2026");
        assert_eq!(limit(&"3wd".parse().unwrap()), "03 ngày làm việc");
        assert_eq!(limit(&"5wd+10d".parse().unwrap()), "05 ngày làm việc + 10 ngày");
        assert_eq!(limit(&"4wh".parse().unwrap()), "04 giờ làm việc");
        for (amount, words) in
            [(0, "0 đồng"), (999, "999 đồng"), (1000, "1.000 đồng"), (1_234_567, "1.234.567 đồng")]
        {
            assert_eq!(dong(amount), words);
        }
    }
}
