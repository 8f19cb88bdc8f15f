//! The key that letters are signed with, opened before anything starts: what is wrong with it is said at once.

use super::{CliError, Setup};
use crate::apology::{Seal, SealFault};
use crate::documents::signing::KeyFault;
use crate::domain::local_time::day_of;
use secrecy::ExposeSecret as _;

/// None where none is configured.
pub fn seal(setup: &Setup) -> Result<Option<Seal>, CliError> {
    let apology = &setup.config.apology;
    let Some(file) = &apology.signing_key else { return Ok(None) };
    let opened = Seal::open(file, apology.signing_password.expose_secret(), setup.clock.now());
    opened.map(Some).map_err(|fault| {
        let words = match fault {
            SealFault::NoFile { file, source } => format!("{}: không đọc được tệp: {source}", file.display()),
            SealFault::Key { file, source } => format!("{}: {}", file.display(), words(&source)),
        };
        CliError::usage(format!("cấu hình không hợp lệ: apology.signing_key: {words}"))
    })
}

fn words(fault: &KeyFault) -> String {
    let on = |moment: &chrono::DateTime<chrono::Utc>| day_of(*moment).format("%d/%m/%Y").to_string();
    match fault {
        KeyFault::Unreadable(reason) => format!("không phải tệp PKCS#12 đọc được: {reason}"),
        KeyFault::WrongPassword => "sai mật khẩu (apology.signing_password)".to_owned(),
        KeyFault::NoKey => "trong tệp không có khóa bí mật kèm chứng thư số".to_owned(),
        KeyFault::Algorithm(what) => format!("loại khóa không dùng để ký được ở đây: {what}"),
        KeyFault::OtherCertificate => "khóa bí mật không khớp với chứng thư số".to_owned(),
        KeyFault::NotForSigning => "chứng thư số không dùng để ký".to_owned(),
        KeyFault::NotYetValid(from) => format!("chứng thư số đến ngày {} mới có hiệu lực", on(from)),
        KeyFault::Expired(to) => format!("chứng thư số đã hết hạn ngày {}", on(to)),
    }
}
