//! The mail that reminds of a scheduled report, and the one that brings it.

use super::dates;
use super::digest::Mail;
use askama::Template;
use chrono::NaiveDate;

/// A report is due soon.
#[derive(Debug, Clone)]
pub struct Reminder {
    pub name: String,
    pub report: String,
    /// It is due before this day.
    pub due_on: NaiveDate,
    /// The day on which it is made and mailed by itself.
    pub made_on: NaiveDate,
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// What to look at before.
    pub links: Vec<(&'static str, String)>,
}

/// A report.
#[derive(Debug, Clone)]
pub struct ReportMail {
    pub report: String,
    /// The branch; empty for all together.
    pub of_whom: String,
    pub due_on: NaiveDate,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub as_of: NaiveDate,
    /// The number of the closing whose figures it has.
    pub closing: Option<i32>,
    /// The name of the file.
    pub file: String,
    pub link: Option<String>,
}

impl Reminder {
    /// # Errors
    /// When a template fails.
    pub fn mail(&self) -> Result<Mail, askama::Error> {
        let subject = format!("Nhắc hạn: {}, trước ngày {}", self.report, dates::short(self.due_on));
        let text = ReminderText { mail: self }.render()?;
        let html = ReminderHtml { mail: self, subject: &subject }.render()?;
        Ok(Mail { subject, text, html })
    }

    fn day(&self, day: &NaiveDate) -> String {
        dates::short(*day)
    }
}

impl ReportMail {
    /// # Errors
    /// When a template fails.
    pub fn mail(&self) -> Result<Mail, askama::Error> {
        let (from, to) = (dates::short(self.from), dates::short(self.to));
        let subject = format!("{}: từ {from} đến {to}", self.report);
        let text = ReportText { mail: self }.render()?;
        let html = ReportHtml { mail: self, subject: &subject }.render()?;
        Ok(Mail { subject, text, html })
    }

    fn day(&self, day: &NaiveDate) -> String {
        dates::short(*day)
    }
}

#[derive(Template)]
#[template(path = "mail/reminder.txt")]
struct ReminderText<'a> {
    mail: &'a Reminder,
}

#[derive(Template)]
#[template(path = "mail/reminder.html")]
struct ReminderHtml<'a> {
    mail: &'a Reminder,
    subject: &'a str,
}

#[derive(Template)]
#[template(path = "mail/report.txt")]
struct ReportText<'a> {
    mail: &'a ReportMail,
}

#[derive(Template)]
#[template(path = "mail/report.html")]
struct ReportHtml<'a> {
    mail: &'a ReportMail,
    subject: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_reminder_of_a_report() {
        let reminder = Reminder {
            name: "Lê Thị Ba".to_owned(),
            report: "Báo cáo <quý>".to_owned(),
            due_on: day("2026-02-25"),
            made_on: day("2026-02-24"),
            from: day("2025-12-15"),
            to: day("2026-03-14"),
            links: vec![("Chốt số liệu", "https://motcua.example.vn/chot-so-lieu/moi".to_owned())],
        };
        let mail = reminder.mail().unwrap();
        assert!(!mail.html.contains("<quý>"));
        assert_eq!(mail.subject, "Nhắc hạn: Báo cáo <quý>, trước ngày 25/02/2026");
        for words in [
            "phải gửi trước ngày 25/02/2026",
            "gửi qua thư điện tử ngày 24/02/2026",
            "từ 15/12/2025 đến 14/03/2026",
            "- Chốt số liệu: https://motcua.example.vn/chot-so-lieu/moi",
        ] {
            assert!(mail.text.contains(words), "{words} not in {}", mail.text);
        }
    }

    #[test]
    fn the_mail_that_brings_a_report_says_whether_its_figures_were_closed() {
        let mut report = ReportMail {
            report: "Báo cáo quý".to_owned(),
            of_whom: "Chi cục Thủy sản".to_owned(),
            due_on: day("2026-02-25"),
            from: day("2025-12-15"),
            to: day("2026-03-14"),
            as_of: day("2026-02-23"),
            closing: Some(7),
            file: "ii06a-2025-12-15-2026-03-14.xlsx".to_owned(),
            link: None,
        };
        let mail = report.mail().unwrap();
        assert_eq!(mail.subject, "Báo cáo quý: từ 15/12/2025 đến 14/03/2026");
        for words in [
            "Báo cáo quý, Chi cục Thủy sản",
            "Số liệu đã chốt (lần chốt 7), tính đến hết ngày 23/02/2026",
            "ii06a-2025-12-15-2026-03-14.xlsx",
        ] {
            assert!(mail.text.contains(words), "{words} not in {}", mail.text);
        }
        report.closing = None;
        assert!(report.mail().unwrap().text.contains("chưa chốt"));
    }
}
