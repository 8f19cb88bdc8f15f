//! The plan's targets as data: whose they are, how strictly they are meant, from when to when. An administrator sets
//! and ends them; none is overwritten.

mod end;
mod list;
mod set;
mod store;
mod view;

pub use end::end_target;
pub use list::list_targets;
pub use set::{NewTarget, set_target};
pub use store::{add, has_any, targets};
pub use view::FractionView;
