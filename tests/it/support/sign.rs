//! A token of an agency: signs PDFs with a tool that others wrote (pyHanko), and looks at them with another
//! (`pdfsig`, of poppler-utils).
//!
//! Runs in the Python named by `MOTCUA_TEST_PYTHON`, else in `python3`, where pyHanko is installed.

use std::process::{Command, Stdio};
use std::sync::OnceLock;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/sign.py");

/// The PDF, signed in this way (`sign.py` says which there are); none where pyHanko is not installed (said loudly,
/// and once).
///
/// # Panics
/// In CI without pyHanko.
pub fn signed(pdf: &[u8], how: &str) -> Option<Vec<u8>> {
    let python = python_with_pyhanko()?;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (source, target) = (folder.path().join("in.pdf"), folder.path().join("out.pdf"));
    std::fs::write(&source, pdf).expect("written");
    let done = Command::new(python).arg(SCRIPT).args([&source, &target]).arg(how).output().expect("it runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    Some(std::fs::read(&target).expect("it has signed"))
}

/// A PKCS#12 file with a key of this kind (`sign.py` says which there are), whose certificate is in force from the first
/// of these days to the last; none where pyHanko is not installed.
pub fn key_file(how: &str, password: &str, days: [&str; 2]) -> Option<Vec<u8>> {
    let python = python_with_pyhanko()?;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let target = folder.path().join("key.p12");
    let mut made = Command::new(python);
    let done =
        made.args([SCRIPT, "p12"]).arg(&target).args([how, password]).args(days).output().expect("it runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    Some(std::fs::read(&target).expect("a key"))
}

/// What pyHanko makes of each signature of the file, trusting the certificate of this key.
pub fn checked(pdf: &[u8], key: &[u8], password: &str) -> serde_json::Value {
    let python = python_with_pyhanko().expect("it made the key");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (file, trusted) = (folder.path().join("signed.pdf"), folder.path().join("key.p12"));
    std::fs::write(&file, pdf).expect("written");
    std::fs::write(&trusted, key).expect("written");
    let told = Command::new(python)
        .args([SCRIPT, "check"])
        .args([&file, &trusted])
        .arg(password)
        .output()
        .expect("it runs");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    serde_json::from_slice(&told.stdout).expect("JSON")
}

/// What `pdfsig` says of each signature.
pub fn pdfsig(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("signed.pdf");
    std::fs::write(&file, pdf).expect("written");
    let told = Command::new("pdfsig").arg("-nocert").arg(&file).output().expect("pdfsig, of poppler-utils");
    String::from_utf8(told.stdout).expect("text")
}

fn python_with_pyhanko() -> Option<&'static str> {
    static PYTHON: OnceLock<Option<String>> = OnceLock::new();
    let found = PYTHON.get_or_init(|| {
        let named = std::env::var("MOTCUA_TEST_PYTHON").ok().filter(|name| !name.is_empty());
        let python = named.unwrap_or_else(|| "python3".to_owned());
        let mut import = Command::new(&python);
        import.args(["-c", "import pyhanko.sign"]).stdin(Stdio::null()).stderr(Stdio::null());
        let reads = Command::new("pdfsig").arg("-v").output().is_ok();
        (reads && import.status().is_ok_and(|status| status.success())).then_some(python)
    });
    if found.is_none() {
        super::skipped(
            "pyHanko (signs PDFs) and pdfsig (reads their signatures)",
            "pip install pyhanko, its Python named in MOTCUA_TEST_PYTHON; Debian: apt-get install poppler-utils.",
        );
    }
    found.as_deref()
}
