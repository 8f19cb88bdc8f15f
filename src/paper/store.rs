//! The tables of papers and templates. Nobody else writes them.

use crate::both;
use crate::db::Conn;
use crate::db::schema::{documents, officers, templates};
use crate::db::types::Moment;
use crate::domain::ids::{BranchId, DocumentId, DossierId, OfficerId};
use crate::failure::Outcome;
use chrono::NaiveDate;
use diesel::prelude::*;
use std::collections::HashMap;

/// A paper as it was given out.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = documents, treat_none_as_default_value = false)]
pub struct DocumentRow {
    pub id: DocumentId,
    pub dossier_id: DossierId,
    pub branch_id: BranchId,
    pub form: String,
    pub occasion: String,
    pub number: Option<String>,
    pub issued_on: NaiveDate,
    pub signer: Option<String>,
    pub template: Option<String>,
    pub sha256: String,
    pub body: Vec<u8>,
    pub stored_at: Moment,
}

pub fn document(
    c: &mut Conn<'_>,
    dossier: DossierId,
    form: &str,
    occasion: &str,
) -> Outcome<Option<DocumentRow>> {
    Ok(both!(c, |c| documents::table
        .filter(documents::dossier_id.eq(dossier))
        .filter(documents::form.eq(form))
        .filter(documents::occasion.eq(occasion))
        .select(DocumentRow::as_select())
        .first(c)
        .optional())?)
}

pub fn has_document(c: &mut Conn<'_>, dossier: DossierId, form: &str, occasion: &str) -> Outcome<bool> {
    let found: Option<DocumentId> = both!(c, |c| documents::table
        .filter(documents::dossier_id.eq(dossier))
        .filter(documents::form.eq(form))
        .filter(documents::occasion.eq(occasion))
        .select(documents::id)
        .first(c)
        .optional())?;
    Ok(found.is_some())
}

/// Everything that was given out of a dossier, in that order.
pub fn documents_of(c: &mut Conn<'_>, dossier: DossierId) -> Outcome<Vec<DocumentRow>> {
    Ok(both!(c, |c| documents::table
        .filter(documents::dossier_id.eq(dossier))
        .order(documents::id)
        .select(DocumentRow::as_select())
        .load(c))?)
}

/// Keeps a paper, unless one of this form and occasion is kept already.
pub fn add_document(tx: &mut Conn<'_>, row: &DocumentRow) -> Outcome<()> {
    both!(tx, |c| diesel::insert_into(documents::table)
        .values(row)
        .on_conflict((documents::dossier_id, documents::form, documents::occasion))
        .do_nothing()
        .execute(c))?;
    Ok(())
}

/// A template that a branch has put in the place of the program's own.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = templates)]
pub struct TemplateRow {
    pub branch_id: BranchId,
    pub form: String,
    pub source: String,
    pub sha256: String,
    pub saved_at: Moment,
    pub saved_by: OfficerId,
}

pub fn template(c: &mut Conn<'_>, branch: BranchId, form: &str) -> Outcome<Option<TemplateRow>> {
    Ok(both!(c, |c| templates::table
        .find((branch, form))
        .select(TemplateRow::as_select())
        .first(c)
        .optional())?)
}

/// A template without its text: branch, form, fingerprint, when, by whom.
pub type TemplateLine = (BranchId, String, String, Moment, OfficerId);

/// Which templates there are.
pub fn templates(c: &mut Conn<'_>) -> Outcome<Vec<TemplateLine>> {
    Ok(both!(c, |c| templates::table
        .order((templates::form, templates::branch_id))
        .select((
            templates::branch_id,
            templates::form,
            templates::sha256,
            templates::saved_at,
            templates::saved_by
        ))
        .load(c))?)
}

pub fn save_template(tx: &mut Conn<'_>, row: &TemplateRow) -> Outcome<()> {
    both!(tx, |c| diesel::insert_into(templates::table)
        .values(row)
        .on_conflict((templates::branch_id, templates::form))
        .do_update()
        .set(row)
        .execute(c))?;
    Ok(())
}

/// False when there was none.
pub fn remove_template(tx: &mut Conn<'_>, branch: BranchId, form: &str) -> Outcome<bool> {
    let removed = both!(tx, |c| diesel::delete(templates::table.find((branch, form))).execute(c))?;
    Ok(removed == 1)
}

/// Names of officers by their keys.
pub fn names(c: &mut Conn<'_>, ids: &[OfficerId]) -> Outcome<HashMap<OfficerId, String>> {
    let found: Vec<(OfficerId, String)> = both!(c, |c| officers::table
        .filter(officers::id.eq_any(ids))
        .select((officers::id, officers::full_name))
        .load(c))?;
    Ok(found.into_iter().collect())
}

/// Name and title of the head of a branch.
pub fn head_of(c: &mut Conn<'_>, branch: BranchId) -> Outcome<Option<(String, Option<String>)>> {
    Ok(both!(c, |c| officers::table
        .filter(officers::branch_id.eq(branch))
        .filter(officers::role.eq("head"))
        .filter(officers::active.eq(true))
        .order(officers::id)
        .select((officers::full_name, officers::title))
        .first(c)
        .optional())?)
}
