//! The officer who asks, as a parameter of the handler.

use super::desk::Identified;
use crate::domain::ids::{BranchId, OfficerId, SessionId};
use crate::domain::lifecycle::Act;
use crate::domain::role::Role;
use crate::failure::{Failure, Outcome};
use crate::http::Problem;
use crate::reference::Reference;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use std::future::{Ready, ready};
use std::ops::Deref;

/// Whoever is signed in. 401 when nobody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Officer {
    pub id: OfficerId,
    pub username: String,
    pub full_name: String,
    pub title: Option<String>,
    pub role: Role,
    pub branch: Option<BranchId>,
    pub branch_code: Option<String>,
    /// The branch's name, or the department's for whoever belongs to all.
    pub agency: String,
    pub session: SessionId,
}

impl Officer {
    /// The role may do this, and the branch is the officer's own.
    ///
    /// # Errors
    /// `Forbidden`: `role-may-not` or `foreign-branch`.
    pub fn may(&self, act: Act, branch: BranchId) -> Outcome<()> {
        if !self.role.may(act) {
            return Err(Failure::Forbidden("role-may-not"));
        }
        self.sees(branch)
    }

    /// What belongs to this branch is the officer's to see.
    ///
    /// # Errors
    /// `Forbidden`: `foreign-branch`.
    pub fn sees(&self, branch: BranchId) -> Outcome<()> {
        match self.scope() {
            Some(own) if own != branch => Err(Failure::Forbidden("foreign-branch")),
            _ => Ok(()),
        }
    }

    /// The branch that is meant: the one named in `?branch_code=`, which must be the officer's to see, or all that is.
    ///
    /// # Errors
    /// `Invalid` (`unknown-value`); `Forbidden`: `foreign-branch`.
    pub fn narrowed(&self, reference: &Reference, code: Option<&str>) -> Outcome<Option<BranchId>> {
        let Some(code) = code else { return Ok(self.scope()) };
        let unknown = || Failure::field("/query/branch_code", "unknown-value");
        let branch = reference.branch(code).ok_or_else(unknown)?.id;
        self.sees(branch)?;
        Ok(Some(branch))
    }

    /// The one branch the officer sees; `None` sees all.
    pub fn scope(&self) -> Option<BranchId> {
        if self.role.sees_all_branches() { None } else { Some(self.branch.unwrap_or_else(BranchId::nil)) }
    }
}

impl FromRequest for Officer {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(asking(request))
    }
}

fn asking(request: &HttpRequest) -> Result<Officer, Problem> {
    match request.extensions().get::<Identified>() {
        Some(Identified(outcome)) => outcome.clone(),
        None => Err(Problem::unauthenticated()),
    }
}

/// Whoever is not an officer: 403 `applicants-only` for those who are, and what is wrong with a token that was sent: an
/// officer whose session has ended is not taken for a citizen.
#[derive(Debug, Clone, Copy)]
pub struct NoOfficer;

impl FromRequest for NoOfficer {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match request.extensions().get::<Identified>() {
            None => Ok(Self),
            Some(Identified(Ok(_))) => Err(Problem::forbidden("applicants-only")),
            Some(Identified(Err(problem))) => Err(problem.clone()),
        })
    }
}

/// An administrator. 403 `admin-only` for everybody else.
#[derive(Debug, Clone)]
pub struct Admin(pub Officer);

/// The head of a branch, who signs its letters. 403 `head-only` for everybody else.
#[derive(Debug, Clone)]
pub struct HeadOf(pub Officer);

macro_rules! officer_in_role {
    ($name:ident, $role:pat, $code:literal) => {
        impl Deref for $name {
            type Target = Officer;
            fn deref(&self) -> &Officer {
                &self.0
            }
        }

        impl FromRequest for $name {
            type Error = Problem;
            type Future = Ready<Result<Self, Problem>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                ready(asking(request).and_then(|officer| match officer.role {
                    $role => Ok(Self(officer)),
                    _ => Err(Problem::forbidden($code)),
                }))
            }
        }
    };
}

officer_in_role!(Admin, Role::Admin, "admin-only");
officer_in_role!(HeadOf, Role::Head, "head-only");

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn officer(role: Role, branch: Option<BranchId>) -> Officer {
        Officer {
            id: OfficerId::at(DateTime::UNIX_EPOCH),
            username: "an".into(),
            full_name: "Nguyễn Văn An".into(),
            title: None,
            role,
            branch,
            branch_code: None,
            agency: String::new(),
            session: SessionId::at(DateTime::UNIX_EPOCH),
        }
    }

    #[test]
    fn a_branch_officer_reaches_only_the_own_branch() {
        let (own, other) = (BranchId::at(DateTime::UNIX_EPOCH), BranchId::at(DateTime::UNIX_EPOCH));
        let counter = officer(Role::Counter, Some(own));
        assert!(counter.may(Act::Accept, own).is_ok());
        assert!(matches!(counter.may(Act::Accept, other), Err(Failure::Forbidden("foreign-branch"))));
        assert!(matches!(counter.may(Act::Stop, own), Err(Failure::Forbidden("role-may-not"))));
        assert_eq!(counter.scope(), Some(own));
    }

    #[test]
    fn the_office_sees_all_branches_and_changes_none() {
        let office = officer(Role::Office, None);
        assert_eq!(office.scope(), None);
        assert!(office.sees(BranchId::at(DateTime::UNIX_EPOCH)).is_ok());
        for act in Act::ALL {
            assert!(office.may(*act, BranchId::nil()).is_err(), "{act}");
        }
    }

    #[test]
    fn a_branch_officer_without_a_branch_sees_nothing() {
        let lost = officer(Role::Head, None);
        assert!(lost.sees(BranchId::at(DateTime::UNIX_EPOCH)).is_err());
    }
}
