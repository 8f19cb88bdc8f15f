//! One account a role, and for counter, handler and head one a branch.

use super::chance::Chance;
use super::people;
use crate::account::{NewOfficer, Password, create_officer, hash_password};
use crate::db::Db;
use crate::domain::ids::{BranchId, OfficerId};
use crate::domain::role::Role;
use crate::failure::{Failure, Outcome};
use crate::reference::{Branch, Reference};
use chrono::{DateTime, Utc};

/// The same for all accounts of the demo; it is printed when the demo starts.
pub const PASSWORD: &str = "demo-motcua";

/// The officers of a branch.
#[derive(Debug, Clone)]
pub struct Desk {
    pub counter: OfficerId,
    pub handler: OfficerId,
    pub head: OfficerId,
    pub head_name: String,
    pub head_title: String,
}

/// `TT-BVTV` becomes `ttbvtv`: the end of its officers' user names.
pub fn suffix(branch: &Branch) -> String {
    branch.code.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Opens the accounts, in the order of the branches.
pub fn open(db: &Db, reference: &Reference, chance: &mut Chance, at: DateTime<Utc>) -> Outcome<Vec<Desk>> {
    let password = Password::chosen(PASSWORD).map_err(|fault| Failure::Broken(fault.code.into()))?;
    // One hash for all: the password is no secret, and hashing is slow on purpose.
    let password_hash = hash_password(&password)?;
    let mut all = vec![
        ("vanphong".to_owned(), Role::Office, None, "Chuyên viên Văn phòng Sở"),
        ("quantri".to_owned(), Role::Admin, None, "Quản trị hệ thống"),
    ];
    for branch in reference.branches() {
        let suffix = suffix(branch);
        all.push((format!("tiepnhan.{suffix}"), Role::Counter, Some(branch.id), "Công chức Bộ phận Một cửa"));
        all.push((format!("xuly.{suffix}"), Role::Handler, Some(branch.id), "Chuyên viên"));
        all.push((format!("chicuctruong.{suffix}"), Role::Head, Some(branch.id), "Chi cục trưởng"));
    }
    let new: Vec<NewOfficer> = all
        .into_iter()
        .map(|(username, role, branch, title)| NewOfficer {
            email: Some(format!("{username}@example.vn")),
            username,
            full_name: people::name(chance),
            title: Some(title.to_owned()),
            role,
            branch,
            password_hash: password_hash.clone(),
        })
        .collect();
    let opened = new.clone();
    let ids = db.write_blocking(move |tx| {
        opened.iter().map(|officer| create_officer(tx, at, officer.clone())).collect::<Outcome<Vec<_>>>()
    })?;
    let officers: Vec<(NewOfficer, OfficerId)> = new.into_iter().zip(ids).collect();
    let of = |branch: BranchId, role: Role| {
        officers
            .iter()
            .find(|(officer, _)| officer.branch == Some(branch) && officer.role == role)
            .ok_or_else(|| Failure::Broken("an account is missing".into()))
    };
    reference
        .branches()
        .iter()
        .map(|branch| {
            let (head, head_id) = of(branch.id, Role::Head)?;
            Ok(Desk {
                counter: of(branch.id, Role::Counter)?.1,
                handler: of(branch.id, Role::Handler)?.1,
                head: *head_id,
                head_name: head.full_name.clone(),
                head_title: head.title.clone().unwrap_or_default(),
            })
        })
        .collect()
}
