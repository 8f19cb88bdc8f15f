//! LibreOffice, to see what an independent program reads in our files. It sees the fonts of papers (`fonts/`) and no
//! other: what it makes of a file does not depend on the fonts of a machine.

use std::path::Path;
use std::process::Command;

/// `soffice` with a profile of its own below `folder`, where it also keeps what it knows of fonts; none where it is not
/// installed (said loudly).
///
/// # Panics
/// In CI without LibreOffice.
pub fn soffice(folder: &Path) -> Option<Command> {
    if Command::new("soffice").arg("--version").output().is_err() {
        super::skipped(
            "soffice (LibreOffice, opens DOCX and XLSX)",
            "Debian: apt-get install libreoffice-writer-nogui libreoffice-calc-nogui",
        );
        return None;
    }
    let fonts = folder.join("fonts.conf");
    let known = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\"><fontconfig><dir>{}</dir><cachedir>{}</cachedir></fontconfig>",
        concat!(env!("CARGO_MANIFEST_DIR"), "/fonts"),
        folder.join("fonts").display(),
    );
    std::fs::write(&fonts, known).expect("written");
    let mut command = Command::new("soffice");
    command
        .env("FONTCONFIG_FILE", fonts)
        .arg(format!("-env:UserInstallation=file://{}", folder.join("profile").display()))
        .arg("--headless");
    Some(command)
}
