//! The digest of the day, as mail: what is late, what is due soon, and for a head what waits to be signed and what of
//! the branch is at risk.

use super::dates;
use askama::Template;
use chrono::NaiveDate;

/// Everything a digest says.
#[derive(Debug, Clone, Default)]
pub struct Digest {
    pub name: String,
    pub day: NaiveDate,
    /// What the reader holds.
    pub late: Section,
    pub soon: Section,
    /// Letters that wait to be signed: the first of them, and how many there are.
    pub letters: Vec<Letter>,
    pub waiting: usize,
    /// Of the whole branch.
    pub at_risk: Section,
    /// Where all of it is; nothing where the address of the service is not known.
    pub all: Option<String>,
    /// Where digests are turned off.
    pub settings: Option<String>,
}

/// Dossiers of one kind: the first of them, and how many there are.
#[derive(Debug, Clone, Default)]
pub struct Section {
    pub items: Vec<Item>,
    pub count: usize,
    /// There are more than were counted.
    pub more: bool,
}

#[derive(Debug, Clone)]
pub struct Item {
    pub code: String,
    /// Masked.
    pub who: String,
    pub procedure: String,
    pub due_on: NaiveDate,
    /// Working days; less than 0: over.
    pub left: Option<i64>,
    pub likely_late: bool,
    pub held_by: Option<String>,
    pub link: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Letter {
    pub code: String,
    pub due_on: NaiveDate,
    /// That day is over.
    pub past: bool,
    pub link: Option<String>,
}

/// A mail in words.
#[derive(Debug, Clone)]
pub struct Mail {
    pub subject: String,
    pub text: String,
    pub html: String,
}

impl Digest {
    pub fn is_empty(&self) -> bool {
        self.late.count + self.soon.count + self.waiting + self.at_risk.count == 0
    }

    /// The mail.
    ///
    /// # Errors
    /// When a template fails.
    pub fn mail(&self) -> Result<Mail, askama::Error> {
        let subject = Subject { digest: self }.render()?.trim().to_owned();
        let text = Text { digest: self }.render()?;
        let html = Html { digest: self, subject: &subject }.render()?;
        Ok(Mail { subject, text, html })
    }

    fn day(&self) -> String {
        dates::short(self.day)
    }
}

impl Section {
    /// How many, or more than so many.
    pub fn number(&self) -> String {
        if self.more { format!("hơn {}", self.count) } else { self.count.to_string() }
    }

    /// Those that are not named.
    pub fn rest(&self) -> usize {
        self.count.saturating_sub(self.items.len())
    }
}

impl Item {
    fn due(&self) -> String {
        dates::short(self.due_on)
    }

    /// How it stands with its due date.
    fn standing(&self) -> String {
        let days = match self.left {
            Some(0) => "hết hạn hôm nay".to_owned(),
            Some(days @ 1..) => format!("còn {days} ngày làm việc"),
            // Past due, with only days off in between.
            Some(days) => format!("quá {} ngày làm việc", -days),
            None => String::new(),
        };
        if self.likely_late && self.left.is_some_and(|left| left > 0) {
            format!("{days}, có nguy cơ trễ")
        } else {
            days
        }
    }
}

impl Letter {
    fn due(&self) -> String {
        dates::short(self.due_on)
    }
}

#[derive(Template)]
#[template(path = "mail/digest_subject.txt")]
struct Subject<'a> {
    digest: &'a Digest,
}

#[derive(Template)]
#[template(path = "mail/digest.txt")]
struct Text<'a> {
    digest: &'a Digest,
}

#[derive(Template)]
#[template(path = "mail/digest.html")]
struct Html<'a> {
    digest: &'a Digest,
    subject: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn item(code: &str, due_on: &str, left: i64) -> Item {
        Item {
            code: code.to_owned(),
            who: "N. T. <Một>".to_owned(),
            procedure: "Cấp giấy chứng nhận đăng ký tàu cá".to_owned(),
            due_on: day(due_on),
            left: Some(left),
            likely_late: left > 1,
            held_by: Some("Trần Văn Hai".to_owned()),
            link: Some(format!("https://motcua.example.vn/ho-so/{code}")),
        }
    }

    fn digest() -> Digest {
        let section = |items: Vec<Item>, count| Section { items, count, more: false };
        Digest {
            name: "Lê Thị Ba".to_owned(),
            day: day("2026-03-10"),
            late: section(vec![item("000.00.03.H29-260302-0001", "2026-03-06", -2)], 2),
            soon: section(vec![item("000.00.03.H29-260305-0004", "2026-03-10", 0)], 1),
            letters: vec![Letter {
                code: "000.00.03.H29-260302-0001".to_owned(),
                due_on: day("2026-03-06"),
                past: true,
                link: None,
            }],
            waiting: 1,
            at_risk: section(vec![item("000.00.03.H29-260305-0009", "2026-03-12", 2)], 1),
            all: Some("https://motcua.example.vn/hom-nay".to_owned()),
            settings: Some("https://motcua.example.vn/thu-nhac".to_owned()),
        }
    }

    #[test]
    fn the_text_of_a_digest() {
        let mail = digest().mail().unwrap();
        insta::assert_snapshot!(format!("{}\n\n{}", mail.subject, mail.text));
    }

    #[test]
    fn the_html_of_a_digest() {
        insta::assert_snapshot!(digest().mail().unwrap().html);
    }

    #[test]
    fn what_is_empty_is_left_out() {
        let digest = Digest { late: digest().late, ..Digest::default() };
        let mail = digest.mail().unwrap();
        assert!(!digest.is_empty() && Digest::default().is_empty());
        for words in ["Sắp hết hạn", "chờ ký", "Đơn vị"] {
            assert!(!mail.text.contains(words) && !mail.html.contains(words), "{words}");
        }
        assert!(!mail.html.contains("<Một>"));
    }
}
