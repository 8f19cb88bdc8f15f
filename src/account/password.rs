//! Passwords: argon2id, in the blocking pool, never more than a few at once (each takes 19 MiB and tens of
//! milliseconds of a core).

use crate::db::on_blocking_pool;
use crate::failure::{Failure, FieldFault, Outcome};
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;

/// Characters a password has at least.
pub const SHORTEST: usize = 10;
/// … and at most: hashing a book would be a way to keep the service busy.
pub const LONGEST: usize = 128;

/// A password as it was typed, in NFC: keyboards differ in how they compose Vietnamese letters.
#[derive(Clone)]
pub struct Password(SecretString);

impl Password {
    /// A password that somebody signs in with. Nothing but its length is checked.
    pub fn typed(text: &str) -> Option<Self> {
        (text.len() <= LONGEST * 4).then(|| Self(text.nfc().collect::<String>().into()))
    }

    /// A password for an account: long enough, and not a repetition.
    ///
    /// # Errors
    /// A fault without pointer: `too-short`, `too-long`, `control-character`, `password-too-easy`.
    pub fn chosen(text: &str) -> Result<Self, FieldFault> {
        let characters = text.nfc().count();
        if text.chars().any(char::is_control) {
            return Err(FieldFault::new("", "control-character"));
        }
        if characters < SHORTEST {
            return Err(FieldFault::with("", "too-short", SHORTEST));
        }
        if characters > LONGEST {
            return Err(FieldFault::with("", "too-long", LONGEST));
        }
        let mut different: Vec<char> = text.to_lowercase().chars().collect();
        different.sort_unstable();
        different.dedup();
        if different.len() < 4 {
            return Err(FieldFault::new("", "password-too-easy"));
        }
        Ok(Self(text.nfc().collect::<String>().into()))
    }

    /// [`Password::chosen`] for a field of a request.
    pub fn field(pointer: &str, text: &str) -> Result<Self, FieldFault> {
        Self::chosen(text).map_err(|fault| FieldFault { pointer: pointer.to_owned(), ..fault })
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}

/// argon2id, 19 MiB, two passes, one lane: the OWASP recommendation.
fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

/// The hash to keep, in PHC form with a salt of its own. Takes tens of milliseconds: never inside of a transaction.
pub fn hash_password(password: &Password) -> Outcome<String> {
    argon2()
        .hash_password(password.0.expose_secret().as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| Failure::Broken(format!("hashing a password: {error}")))
}

/// Whether `password` is what `hash` was made of. An unreadable hash fits nothing.
pub(super) fn fits(password: &Password, hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| argon2().verify_password(password.0.expose_secret().as_bytes(), &hash).is_ok())
}

pub(super) async fn hash_in_pool(password: Password) -> Outcome<String> {
    on_blocking_pool(move || hash_password(&password)).await
}

pub(super) async fn fits_in_pool(password: Password, hash: String) -> Outcome<bool> {
    on_blocking_pool(move || Ok(fits(&password, &hash))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_hash_however_its_letters_were_composed() {
        let composed = Password::chosen("mật khẩu của tôi").unwrap();
        let hash = hash_password(&composed).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let apart: String = "mật khẩu của tôi".nfd().collect();
        assert!(fits(&Password::typed(&apart).unwrap(), &hash));
        assert!(!fits(&Password::typed("mat khau cua toi").unwrap(), &hash));
        assert!(!fits(&composed, "not a hash"));
        assert_ne!(hash, hash_password(&composed).unwrap(), "each hash has its own salt");
    }

    #[test]
    fn a_password_is_long_enough_and_no_repetition() {
        let code = |text: &str| Password::chosen(text).map(drop).map_err(|fault| fault.code);
        assert_eq!(code("ngắn quá!"), Err("too-short"));
        assert_eq!(code("aaaaaaaaaaaaaaa"), Err("password-too-easy"));
        assert_eq!(code("121212121212"), Err("password-too-easy"));
        assert_eq!(code(&"mật khẩu ".repeat(20)), Err("too-long"));
        assert_eq!(code("a\u{0}bcdefghijk"), Err("control-character"));
        assert_eq!(code("mười chữ cái"), Ok(()));
    }

    #[test]
    fn a_password_is_never_printed() {
        assert_eq!(format!("{:?}", Password::typed("bí mật của tôi")), "Some(Password)");
    }
}
