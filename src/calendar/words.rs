//! How explanations name the days that are not counted.

use crate::domain::deadline::Skip;
use chrono::Weekday;

/// Why a day was not counted, as people say it.
pub fn reason_not_counted(skip: &Skip) -> String {
    match skip {
        Skip::Weekend(Weekday::Sun) => "Chủ nhật".to_owned(),
        Skip::Weekend(_) => "Thứ Bảy".to_owned(),
        Skip::Off { name, .. } => name.clone(),
        Skip::Paused => "tạm dừng, chờ tổ chức, cá nhân".to_owned(),
    }
}
