//! The table `branches`.

use crate::both;
use crate::db::{Conn, DbError, schema::branches};
use crate::failure::{Failure, Outcome};
use crate::reference::Branch;
use diesel::prelude::*;

/// A branch that is not there yet.
pub fn insert(conn: &mut Conn<'_>, branch: &Branch) -> Result<(), DbError> {
    let authorisation = branch.authorisation.as_ref();
    both!(conn, |c| diesel::insert_into(branches::table)
        .values((
            branches::id.eq(branch.id),
            branches::code.eq(&branch.code),
            branches::name.eq(&branch.name),
            branches::agency_identifier.eq(&branch.agency_identifier),
            branches::department_name.eq(&branch.department_name),
            branches::letter_symbol.eq(&branch.letter_symbol),
            branches::place.eq(&branch.place),
            branches::address.eq(&branch.address),
            branches::contact_phone.eq(&branch.contact_phone),
            branches::contact_email.eq(&branch.contact_email),
            branches::apology_mode.eq(branch.apology_mode.as_str()),
            branches::authorised_by.eq(authorisation.map(|a| a.by.as_str())),
            branches::authorised_on.eq(authorisation.map(|a| a.on)),
            branches::authorised_document.eq(authorisation.map(|a| a.document.as_str())),
            branches::active.eq(branch.active),
            branches::version.eq(i32::try_from(branch.version).unwrap_or(i32::MAX)),
        ))
        .execute(c)?);
    Ok(())
}

/// The same for who asks from outside: a code or identifier that is taken is a conflict.
pub(super) fn insert_new(conn: &mut Conn<'_>, branch: &Branch) -> Outcome<()> {
    insert(conn, branch).map_err(taken)
}

/// The branch as it is to be from now on.
pub(super) fn update(conn: &mut Conn<'_>, branch: &Branch) -> Outcome<()> {
    update_row(conn, branch).map_err(taken)
}

fn update_row(conn: &mut Conn<'_>, branch: &Branch) -> Result<(), DbError> {
    let authorisation = branch.authorisation.as_ref();
    both!(conn, |c| diesel::update(branches::table.find(branch.id))
        .set((
            branches::name.eq(&branch.name),
            branches::agency_identifier.eq(&branch.agency_identifier),
            branches::department_name.eq(&branch.department_name),
            branches::letter_symbol.eq(&branch.letter_symbol),
            branches::place.eq(&branch.place),
            branches::address.eq(&branch.address),
            branches::contact_phone.eq(&branch.contact_phone),
            branches::contact_email.eq(&branch.contact_email),
            branches::apology_mode.eq(branch.apology_mode.as_str()),
            branches::authorised_by.eq(authorisation.map(|a| a.by.as_str())),
            branches::authorised_on.eq(authorisation.map(|a| a.on)),
            branches::authorised_document.eq(authorisation.map(|a| a.document.as_str())),
            branches::active.eq(branch.active),
            branches::version.eq(i32::try_from(branch.version).unwrap_or(i32::MAX)),
        ))
        .execute(c)?);
    Ok(())
}

fn taken(error: DbError) -> Failure {
    if error.is_duplicate("branches", &["code"]) {
        Failure::Conflict("branch-code-taken")
    } else if error.is_duplicate("branches", &["agency_identifier"]) {
        Failure::Conflict("agency-identifier-taken")
    } else {
        error.into()
    }
}
