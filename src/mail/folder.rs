//! A folder of `.eml` files: the way out where no mail server is configured.

use super::{Accepted, Failure, message::Prepared};
use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

/// Where the files go. Made when the first message comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    pub(super) path: PathBuf,
}

impl Folder {
    /// Writes `<message-id>.eml`, whole or not at all. A message that is already there is already handed over.
    pub(super) fn hand_over(
        &self,
        letter: &Prepared,
        before_body: &mut dyn FnMut() -> Result<(), String>,
    ) -> Result<Accepted, Failure> {
        let file = self.path.join(format!("{}.eml", letter.message_id));
        let there = |error: &io::Error| Failure::transient(format!("the mail folder: {error}"));

        fs::create_dir_all(&self.path).map_err(|error| there(&error))?;
        if file.try_exists().map_err(|error| there(&error))? {
            return Ok(Accepted { response: "already in the folder".to_owned() });
        }
        before_body().map_err(|reason| Failure::Interrupted { reason })?;
        write_whole(&self.path, &file, letter).map_err(|error| there(&error))?;
        Ok(Accepted { response: "written to the folder".to_owned() })
    }
}

/// Under another name first, down to the disk, then renamed: no reader ever sees half a letter, no crash leaves
/// one under its name.
fn write_whole(folder: &Path, file: &Path, letter: &Prepared) -> io::Result<()> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let unfinished = folder.join(format!(
        ".{}.{}.{}.part",
        letter.message_id,
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    ));
    let written = (|| {
        let mut out = OpenOptions::new().write(true).create_new(true).open(&unfinished)?;
        out.write_all(&letter.bytes)?;
        out.sync_all()?;
        fs::rename(&unfinished, file)?;
        // The rename itself is only durable once the folder is.
        File::open(folder)?.sync_all()
    })();
    if written.is_err()
        && let Err(error) = fs::remove_file(&unfinished)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "an unfinished letter stays in the mail folder");
    }
    written
}

impl fmt::Display for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the folder {}", self.path.display())
    }
}

#[cfg(test)]
mod tests {
    use crate::mail::{Accepted, Carrier, Failure, test_server::letter};
    use secrecy::SecretString;
    use std::{fs, path::Path};

    fn carrier(folder: &Path) -> Carrier {
        Carrier::from_url(&SecretString::from(format!("file://{}", folder.display()))).unwrap()
    }

    fn files(folder: &Path) -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_letter_becomes_one_file_named_by_its_message_id_and_nothing_else_is_left() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("made/on/demand");
        let accepted = carrier(&folder).hand_over(&letter(), &mut || Ok(())).unwrap();
        assert_eq!(accepted, Accepted { response: "written to the folder".to_owned() });
        assert_eq!(files(&folder), ["0190-thu@motcua.example.vn.eml"]);
        let bytes = fs::read_to_string(folder.join("0190-thu@motcua.example.vn.eml")).unwrap();
        assert!(bytes.contains("Message-ID: <0190-thu@motcua.example.vn>"));
    }

    #[test]
    fn handing_the_same_letter_over_again_changes_nothing() {
        let home = tempfile::tempdir().unwrap();
        let carrier = carrier(home.path());
        let mut marks = 0;
        carrier
            .hand_over(&letter(), &mut || {
                marks += 1;
                Ok(())
            })
            .unwrap();
        let path = home.path().join("0190-thu@motcua.example.vn.eml");
        let first = fs::read(&path).unwrap();
        let again = carrier
            .hand_over(&letter(), &mut || {
                marks += 1;
                Ok(())
            })
            .unwrap();
        assert_eq!(again.response, "already in the folder");
        assert_eq!(marks, 1, "the second time nothing is about to be sent");
        assert_eq!(fs::read(&path).unwrap(), first);
        assert_eq!(files(home.path()).len(), 1);
    }

    #[test]
    fn a_refused_mark_leaves_no_file() {
        let home = tempfile::tempdir().unwrap();
        let refused = carrier(home.path()).hand_over(&letter(), &mut || Err("database gone".to_owned()));
        assert_eq!(refused, Err(Failure::Interrupted { reason: "database gone".to_owned() }));
        assert!(files(home.path()).is_empty());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_tried_again() {
        let home = tempfile::tempdir().unwrap();
        let in_the_way = home.path().join("file");
        fs::write(&in_the_way, "x").unwrap();
        let failure = carrier(&in_the_way.join("sub")).hand_over(&letter(), &mut || Ok(())).unwrap_err();
        assert!(matches!(failure, Failure::Transient { unanswered: false, .. }), "{failure:?}");
    }
}
