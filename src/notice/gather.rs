//! What there is to do for somebody today: what they hold that is late or due soon, and for a head the letters that wait
//! to be signed and what of the branch is at risk.

use crate::apology;
use crate::db::Conn;
use crate::documents::digest::{Digest, Item, Letter, Section};
use crate::domain::ids::OfficerId;
use crate::domain::people::masked_name;
use crate::domain::role::Role;
use crate::dossier::{self, RunningOf};
use crate::failure::Outcome;
use crate::warning::{Kind, Watch, Worry};
use chrono::NaiveDate;

/// Named in each part of a digest; the rest is counted.
const SHOWN: usize = 25;
/// Counted exactly up to so many.
const COUNTED: usize = 500;
/// Dossiers looked at for one digest.
const LOOKED_AT: usize = 5000;

/// Whose digest it is.
#[derive(Debug, Clone)]
pub struct Reader {
    pub id: OfficerId,
    pub full_name: String,
    pub role: Role,
    pub branch: Option<crate::domain::ids::BranchId>,
}

/// The digest of this officer; nothing when there is nothing to do.
pub fn gather(
    c: &mut Conn<'_>,
    watch: &Watch<'_>,
    reader: &Reader,
    public_url: &str,
) -> Outcome<Option<Digest>> {
    let own = RunningOf { held_by: Some(reader.id), branch: reader.branch, ..RunningOf::default() };
    let late = section(c, watch, &own, &[Kind::Overdue], public_url)?;
    let soon = section(c, watch, &own, &[Kind::DueSoon], public_url)?;
    let (mut letters, mut waiting, mut at_risk) = (Vec::new(), 0, Section::default());
    if let (Role::Head, Some(branch)) = (reader.role, reader.branch) {
        let found = apology::waiting_for_the_head(c, branch, SHOWN)?;
        waiting = found.count;
        letters = found
            .first
            .into_iter()
            .map(|letter| Letter {
                link: link(public_url, &format!("xin-loi/{}", letter.id)),
                code: letter.dossier_code,
                due_on: letter.due_on,
                past: letter.due_on < watch.today,
            })
            .collect();
        let of_branch = RunningOf { branch: Some(branch), ..RunningOf::default() };
        let kinds = [Kind::Overdue, Kind::DueSoon, Kind::LikelyLate];
        at_risk = section(c, watch, &of_branch, &kinds, public_url)?;
    }
    let digest = Digest {
        name: reader.full_name.clone(),
        day: watch.today,
        late,
        soon,
        letters,
        waiting,
        at_risk,
        all: link(public_url, "hom-nay"),
        settings: link(public_url, "thu-nhac"),
    };
    Ok((!digest.is_empty()).then_some(digest))
}

fn section(
    c: &mut Conn<'_>,
    watch: &Watch<'_>,
    of: &RunningOf,
    kinds: &[Kind],
    public_url: &str,
) -> Outcome<Section> {
    let (found, end) = watch.worries(c, of, kinds, None, (COUNTED, LOOKED_AT))?;
    let named = found.get(..SHOWN.min(found.len())).unwrap_or_default();
    let holders = watch.views(c, named)?;
    let mut items = Vec::new();
    for (worry, view) in named.iter().zip(holders) {
        items.push(Item {
            link: link(public_url, &format!("ho-so/{}", view.dossier_code)),
            code: view.dossier_code,
            who: who(c, worry)?,
            procedure: view.procedure.name,
            due_on: worry.running.dossier.due_on().unwrap_or(NaiveDate::MIN),
            left: view.working_days_left,
            likely_late: view.warnings.contains(&Kind::LikelyLate),
            held_by: view.held_by.and_then(|holder| holder.full_name),
        });
    }
    Ok(Section { items, count: found.len(), more: end.is_some() })
}

/// Mail travels in the open: of a person the initials and the given name.
fn who(c: &mut Conn<'_>, worry: &Worry) -> Outcome<String> {
    let applicant = dossier::particulars(c, worry.running.id)?.applicant;
    Ok(masked_name(&applicant.name, applicant.kind))
}

fn link(public_url: &str, path: &str) -> Option<String> {
    (!public_url.is_empty()).then(|| format!("{public_url}/{path}"))
}
