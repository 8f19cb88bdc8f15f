//! The columns of the register (sổ theo dõi hồ sơ) and the header that names them.

use crate::domain::words::code_words;

/// A column of the register. Their order in a file is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Column {
    DossierCode,
    BranchCode,
    ProcedureCode,
    Case,
    Channel,
    ApplicantName,
    ApplicantKind,
    IdNumber,
    Phone,
    Email,
    Address,
    ReceivedAt,
    TimeLimit,
    SupplementRequestedAt,
    SuppliedAt,
    ResolvedAt,
    Outcome,
    ReturnedAt,
    ReturnChannel,
    WithdrawnAt,
    Cause,
    /// What was wrong, in a file of lines left out: read over, so that the file comes back as it is.
    Error,
}

code_words!(Column {
    DossierCode => "dossier_code",
    BranchCode => "branch_code",
    ProcedureCode => "procedure_code",
    Case => "case",
    Channel => "channel",
    ApplicantName => "applicant_name",
    ApplicantKind => "applicant_kind",
    IdNumber => "id_number",
    Phone => "phone",
    Email => "email",
    Address => "address",
    ReceivedAt => "received_at",
    TimeLimit => "time_limit",
    SupplementRequestedAt => "supplement_requested_at",
    SuppliedAt => "supplied_at",
    ResolvedAt => "resolved_at",
    Outcome => "outcome",
    ReturnedAt => "returned_at",
    ReturnChannel => "return_channel",
    WithdrawnAt => "withdrawn_at",
    Cause => "cause",
    Error => "error",
});

impl Column {
    /// Without these no line can be read; the others may be missing where nothing is known.
    const REQUIRED: &[Self] = &[
        Self::BranchCode,
        Self::ProcedureCode,
        Self::Channel,
        Self::ApplicantName,
        Self::ApplicantKind,
        Self::ReceivedAt,
    ];
}

/// Which cell of a line is which column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header(Vec<Column>);

/// What is wrong with a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderFault {
    Unknown(Vec<String>),
    Twice(Vec<String>),
    Missing(Vec<&'static str>),
}

impl Header {
    /// Of a file whose first line has not been read yet.
    pub(super) const fn none() -> Self {
        Self(Vec::new())
    }

    pub fn read<'a>(cells: impl IntoIterator<Item = &'a str>) -> Result<Self, HeaderFault> {
        let mut columns = Vec::new();
        let (mut unknown, mut twice) = (Vec::new(), Vec::new());
        for cell in cells {
            match cell.trim().to_lowercase().parse::<Column>() {
                Ok(column) if columns.contains(&column) => twice.push(column.to_string()),
                Ok(column) => columns.push(column),
                Err(_) => unknown.push(cell.trim().chars().take(60).collect()),
            }
        }
        let missing: Vec<_> = Column::REQUIRED
            .iter()
            .filter(|column| !columns.contains(column))
            .map(|column| column.as_str())
            .collect();
        if !unknown.is_empty() {
            Err(HeaderFault::Unknown(unknown))
        } else if !twice.is_empty() {
            Err(HeaderFault::Twice(twice))
        } else if !missing.is_empty() {
            Err(HeaderFault::Missing(missing))
        } else {
            Ok(Self(columns))
        }
    }

    pub fn columns(&self) -> &[Column] {
        &self.0
    }

    #[cfg(test)]
    pub fn place(&self, column: Column) -> Option<usize> {
        self.0.iter().position(|one| *one == column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEEDED: [&str; 6] =
        ["branch_code", "procedure_code", "channel", "applicant_name", "applicant_kind", "received_at"];

    #[test]
    fn the_order_is_free_and_blanks_and_capitals_do_not_matter() {
        let mut cells = NEEDED.to_vec();
        cells.reverse();
        cells.push(" Dossier_Code ");
        let header = Header::read(cells).unwrap();
        assert_eq!(header.place(Column::ReceivedAt), Some(0));
        assert_eq!(header.place(Column::DossierCode), Some(6));
        assert_eq!(header.place(Column::Phone), None);
    }

    #[test]
    fn unknown_double_and_missing_columns_are_named() {
        let with = |more: &str| Header::read(NEEDED.into_iter().chain([more]));
        assert_eq!(with("ghi chú"), Err(HeaderFault::Unknown(vec!["ghi chú".into()])));
        assert_eq!(with("channel"), Err(HeaderFault::Twice(vec!["channel".into()])));
        assert_eq!(Header::read(NEEDED.into_iter().skip(1)), Err(HeaderFault::Missing(vec!["branch_code"])));
    }
}
