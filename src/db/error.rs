//! What can go wrong at the doors, without words for people.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

#[derive(Debug, thiserror::Error)]
pub enum DbError {
    #[error("the database URL must begin with sqlite:// or postgres://")]
    BadUrl,
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    #[error("the database is newer than this program: it has migration {0}")]
    NewerThanProgram(String),
    #[error("the database is older than this program: it lacks migration {0}")]
    OlderThanProgram(String),
    #[error("migration failed: {0}")]
    Migration(String),
    #[error("work on the database panicked and was rolled back")]
    Panicked,
    #[error("a row does not hold what it must: {0}")]
    Corrupt(String),
    #[error(transparent)]
    Diesel(#[from] DieselError),
}

/// An error that can carry a database error: what the doors need to know to decide about another try.
pub trait Fault: From<DbError> + Send + 'static {
    fn database(&self) -> Option<&DbError>;
}

impl Fault for DbError {
    fn database(&self) -> Option<&DbError> {
        Some(self)
    }
}

impl DbError {
    /// The same act may well succeed at once: another transaction was in the way.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Diesel(DieselError::DatabaseError(kind, info)) => {
                matches!(kind, DatabaseErrorKind::SerializationFailure)
                    || info.message().contains("deadlock detected")
                    || info.message().contains("database is locked")
            }
            Self::Diesel(DieselError::SerializationError(_)) => false,
            _ => false,
        }
    }

    /// A value in a row is not of its column's kind: the row is damaged, not the way to it.
    pub fn is_unreadable(&self) -> bool {
        matches!(self, Self::Corrupt(_) | Self::Diesel(DieselError::DeserializationError(_)))
    }

    /// The unique constraint on `columns` of `table` was hit. SQLite names the columns in its message,
    /// PostgreSQL the constraint (`table_column_key`, or `table_pkey`).
    pub fn is_duplicate(&self, table: &str, columns: &[&str]) -> bool {
        let Self::Diesel(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info)) = self else {
            return false;
        };
        match info.constraint_name() {
            Some(name) => {
                name == format!("{table}_{}_key", columns.join("_")) || name == format!("{table}_pkey")
            }
            None => columns.iter().all(|column| info.message().contains(&format!("{table}.{column}"))),
        }
    }

    /// A reference to something that is not there.
    pub fn is_foreign_key(&self) -> bool {
        matches!(self, Self::Diesel(DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _)))
    }
}
