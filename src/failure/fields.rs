//! Gathers what is wrong with **all** fields of a request, so that a person corrects a form once.

use super::{Failure, FieldFault, Outcome};
use crate::domain::{people::TextFault, time_limit::TimeLimitError, words::UnknownWord};

/// Collects the faults of a request's fields.
///
/// ```ignore
/// let mut fields = Fields::new();
/// let name = fields.take("/applicant/name", people::line(&raw.name, 200));
/// let phone = fields.optional("/applicant/phone", raw.phone.as_deref(), people::phone);
/// fields.done(|| Some(Applicant { name: name?, phone: phone? }))
/// ```
#[derive(Debug, Default)]
pub struct Fields(Vec<FieldFault>);

impl Fields {
    pub fn new() -> Self {
        Self::default()
    }

    /// The parsed value; `None` after a fault, which [`Fields::done`] will report.
    pub fn take<T, E: IntoFault>(&mut self, pointer: &str, parsed: Result<T, E>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(fault) => {
                self.0.push(fault.at(pointer));
                None
            }
        }
    }

    /// A field that may be absent: `Some(None)` is absent, `None` a fault.
    pub fn optional<R: ?Sized, T, E: IntoFault>(
        &mut self,
        pointer: &str,
        raw: Option<&R>,
        parse: impl FnOnce(&R) -> Result<T, E>,
    ) -> Option<Option<T>> {
        match raw {
            None => Some(None),
            Some(raw) => self.take(pointer, parse(raw)).map(Some),
        }
    }

    /// Notes a fault that no parser found.
    pub fn fault(&mut self, fault: FieldFault) {
        self.0.push(fault);
    }

    /// Notes a fault unless `holds`.
    pub fn check(&mut self, holds: bool, pointer: &str, code: &'static str) {
        if !holds {
            self.0.push(FieldFault::new(pointer, code));
        }
    }

    /// Builds what was asked for out of the values taken, or reports every fault.
    pub fn done<T>(self, build: impl FnOnce() -> Option<T>) -> Outcome<T> {
        if !self.0.is_empty() {
            return Err(Failure::Invalid(self.0));
        }
        build().ok_or_else(|| Failure::Broken("a field is missing though no fault was found".into()))
    }
}

/// What a parser says is wrong, made into a fault of a field.
pub trait IntoFault {
    fn at(self, pointer: &str) -> FieldFault;
}

impl IntoFault for TextFault {
    fn at(self, pointer: &str) -> FieldFault {
        match self {
            Self::TooLong { max } => FieldFault::with(pointer, self.code(), max),
            _ => FieldFault::new(pointer, self.code()),
        }
    }
}

impl IntoFault for UnknownWord {
    fn at(self, pointer: &str) -> FieldFault {
        FieldFault::new(pointer, "unknown-value")
    }
}

impl IntoFault for TimeLimitError {
    fn at(self, pointer: &str) -> FieldFault {
        FieldFault::new(pointer, "bad-time-limit")
    }
}

/// A parser that knows only one fault gives its code.
impl IntoFault for &'static str {
    fn at(self, pointer: &str) -> FieldFault {
        FieldFault::new(pointer, self)
    }
}

impl IntoFault for FieldFault {
    fn at(self, _: &str) -> FieldFault {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::people;

    #[test]
    fn every_fault_is_reported_not_only_the_first() {
        let mut fields = Fields::new();
        let name = fields.take("/name", people::line("", 5));
        let phone = fields.optional("/phone", Some("x"), people::phone);
        let email = fields.optional("/email", None, people::email);
        fields.check(false, "/copies", "out-of-range");
        let outcome = fields.done(|| Some((name?, phone?, email?)));
        let Err(Failure::Invalid(faults)) = outcome else { panic!("{outcome:?}") };
        let seen: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect();
        assert_eq!(seen, [("/name", "empty"), ("/phone", "bad-form"), ("/copies", "out-of-range")]);
    }
}
