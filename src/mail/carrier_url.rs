//! Reading the setting that says where mail goes.

use super::{
    Carrier,
    folder::Folder,
    smtp::{Login, Security, Smtp},
};
use lettre::transport::smtp::{
    client::{Certificate, CertificateStore, TlsParameters},
    extension::ClientId,
};
use secrecy::{ExposeSecret, SecretString};
use std::{net::IpAddr, path::PathBuf, time::Duration};
use url::{Host, Url};

/// Why the setting cannot be used. Never repeats the user name or the password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CarrierError {
    #[error("the mail address is not a URL: {0}")]
    NotAUrl(String),
    #[error("mail cannot go out by {0:?}; known are smtp://, smtps:// and file://")]
    UnknownScheme(String),
    #[error("the mail URL names no host")]
    NoHost,
    #[error("the mail URL names no folder: file://folder or file:///absolute/folder")]
    NoFolder,
    #[error("the mail URL has a path; only a host, a port and options are read")]
    UnexpectedPath,
    #[error("the mail URL has an option {0:?}; known are tls, timeout, answer_timeout, hello and ca")]
    UnknownOption(String),
    #[error("the option {option} of the mail URL must be {expected}")]
    BadOption { option: &'static str, expected: &'static str },
    #[error("the user name or password of the mail URL is not UTF-8 once its %-signs are read")]
    BadLogin,
    #[error("the authorities in {path} cannot be used: {reason}")]
    BadAuthorities { path: String, reason: String },
    #[error("TLS cannot be prepared: {0}")]
    Tls(String),
}

pub(super) fn parse(url: &SecretString) -> Result<Carrier, CarrierError> {
    let url = url.expose_secret().trim();
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        // Taken as written: a relative folder stays relative, which URLs proper do not know.
        Some("file") => folder(url.get("file://".len()..).unwrap_or_default()),
        Some("smtp") => server(url, false),
        Some("smtps") => server(url, true),
        // What stands before "://" is shown only if it looks like a scheme: it might be half a password.
        Some(other) if other.len() <= 12 && other.chars().all(|c| c.is_ascii_alphanumeric()) => {
            Err(CarrierError::UnknownScheme(other.to_owned()))
        }
        _ => Err(CarrierError::UnknownScheme("…".to_owned())),
    }
}

fn folder(path: &str) -> Result<Carrier, CarrierError> {
    if path.is_empty() {
        return Err(CarrierError::NoFolder);
    }
    Ok(Carrier::Folder(Folder { path: PathBuf::from(path) }))
}

fn server(url: &str, tls_from_the_start: bool) -> Result<Carrier, CarrierError> {
    let url = Url::parse(url).map_err(|error| CarrierError::NotAUrl(error.to_string()))?;
    let (host, ip) = match url.host() {
        Some(Host::Domain(name)) if !name.is_empty() => (name.to_owned(), name.parse::<IpAddr>().ok()),
        Some(Host::Ipv4(ip)) => (ip.to_string(), Some(IpAddr::V4(ip))),
        Some(Host::Ipv6(ip)) => (ip.to_string(), Some(IpAddr::V6(ip))),
        _ => return Err(CarrierError::NoHost),
    };
    if !matches!(url.path(), "" | "/") {
        return Err(CarrierError::UnexpectedPath);
    }
    let loopback = host.eq_ignore_ascii_case("localhost") || ip.is_some_and(|ip| ip.is_loopback());

    let mut tls = None;
    let mut timeout = Duration::from_secs(30);
    // RFC 5321 §4.5.3.2.6: giving up on the last reply too early is how a letter is delivered twice.
    let mut answer_timeout = Duration::from_secs(600);
    let mut hello = ClientId::default();
    let mut authorities = None;
    for (option, value) in url.query_pairs() {
        match option.as_ref() {
            "tls" => tls = Some(value.into_owned()),
            "timeout" => timeout = seconds("timeout", &value)?,
            "answer_timeout" => answer_timeout = seconds("answer_timeout", &value)?,
            "hello" => hello = named(&value)?,
            "ca" => authorities = Some(value.into_owned()),
            other => return Err(CarrierError::UnknownOption(other.chars().take(40).collect())),
        }
    }

    let security = match (tls_from_the_start, tls.as_deref()) {
        (true, None | Some("required")) => Security::FromTheStart(parameters(&host, authorities)?),
        (true, Some(_)) => {
            return Err(CarrierError::BadOption {
                option: "tls",
                expected: "required (or absent) with smtps",
            });
        }
        (false, None) if loopback => Security::Opportunistic(parameters(&host, authorities)?),
        (false, None | Some("required")) => Security::Required(parameters(&host, authorities)?),
        (false, Some("opportunistic")) => Security::Opportunistic(parameters(&host, authorities)?),
        (false, Some("none")) => Security::None,
        (false, Some(_)) => {
            return Err(CarrierError::BadOption {
                option: "tls",
                expected: "required, opportunistic or none",
            });
        }
    };
    let port = url.port().unwrap_or(if tls_from_the_start { 465 } else { 587 });
    let login = login(&url)?;
    Ok(Carrier::Smtp(Smtp { host, port, loopback, security, login, timeout, answer_timeout, hello }))
}

fn seconds(option: &'static str, value: &str) -> Result<Duration, CarrierError> {
    match value.parse::<u64>() {
        Ok(seconds @ 1..=3600) => Ok(Duration::from_secs(seconds)),
        _ => Err(CarrierError::BadOption { option, expected: "1 to 3600 seconds" }),
    }
}

fn named(value: &str) -> Result<ClientId, CarrierError> {
    let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    if (1..=255).contains(&value.len()) && value.chars().all(harmless) {
        Ok(ClientId::Domain(value.to_owned()))
    } else {
        Err(CarrierError::BadOption { option: "hello", expected: "a host name" })
    }
}

fn login(url: &Url) -> Result<Option<Login>, CarrierError> {
    if url.username().is_empty() {
        return Ok(None);
    }
    let user = percent_decoded(url.username()).ok_or(CarrierError::BadLogin)?;
    let password = percent_decoded(url.password().unwrap_or_default()).ok_or(CarrierError::BadLogin)?;
    Ok(Some(Login { user, password: SecretString::from(password) }))
}

/// `%40` → `@`. None where the bytes are not UTF-8 or a `%` is not followed by two hexadecimal digits.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Public authorities, and those of `ca` besides: a department's own mail server often has its own.
fn parameters(host: &str, authorities: Option<String>) -> Result<TlsParameters, CarrierError> {
    let mut builder =
        TlsParameters::builder(host.to_owned()).certificate_store(CertificateStore::WebpkiRoots);
    if let Some(path) = authorities {
        let bad = |reason: String| CarrierError::BadAuthorities { path: path.clone(), reason };
        let pem = std::fs::read(&path).map_err(|error| bad(error.to_string()))?;
        builder = builder
            .add_root_certificate(Certificate::from_pem(&pem).map_err(|error| bad(error.to_string()))?);
    }
    builder.build().map_err(|error| CarrierError::Tls(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<Carrier, CarrierError> {
        Carrier::from_url(&SecretString::from(url))
    }

    fn shown(url: &str) -> String {
        read(url).unwrap().to_string()
    }

    #[test]
    fn the_three_ways_out_are_read() {
        assert_eq!(
            shown("smtp://user:pass@mail.example.vn:2525?tls=required"),
            "smtp://mail.example.vn:2525 (TLS required, signs in)"
        );
        assert_eq!(shown("smtps://mail.example.vn"), "smtps://mail.example.vn:465 (TLS from the start)");
        assert_eq!(shown("SMTP://[::1]?tls=none"), "smtp://::1:587 (no TLS)");
        assert_eq!(shown("file://data/mail"), "the folder data/mail");
        assert_eq!(shown("file:///var/spool/thư"), "the folder /var/spool/thư");
    }

    #[test]
    fn encryption_is_required_unless_said_otherwise_or_the_server_is_this_machine() {
        assert!(shown("smtp://mail.example.vn").contains("TLS required"));
        for here in ["localhost", "127.0.0.1", "[::1]"] {
            assert!(shown(&format!("smtp://{here}:1025")).contains("TLS when offered"));
        }
        assert!(shown("smtp://mail.example.vn?tls=opportunistic").contains("TLS when offered"));
        assert!(shown("smtp://mail.example.vn?tls=none").contains("no TLS"));
    }

    #[test]
    fn anything_else_is_a_clear_error() {
        let unknown = |s: &str| CarrierError::UnknownScheme(s.to_owned());
        assert_eq!(read("http://mail.example.vn").unwrap_err(), unknown("http"));
        assert_eq!(read("mail.example.vn:25").unwrap_err(), unknown("…"));
        assert_eq!(read("").unwrap_err(), unknown("…"));
        assert_eq!(read("smtp://").unwrap_err(), CarrierError::NoHost);
        assert_eq!(read("file://").unwrap_err(), CarrierError::NoFolder);
        assert_eq!(read("smtp://mail.example.vn/inbox").unwrap_err(), CarrierError::UnexpectedPath);
        assert_eq!(
            read("smtp://mail.example.vn?tsl=none").unwrap_err(),
            CarrierError::UnknownOption("tsl".to_owned())
        );
        for url in [
            "smtp://mail.example.vn:port",
            "smtp://mail.example.vn:99999",
            "smtp://mail.example.vn?tls=maybe",
            "smtps://mail.example.vn?tls=none",
            "smtp://mail.example.vn?timeout=0",
            "smtp://mail.example.vn?timeout=soon",
            "smtp://mail.example.vn?hello=a%0D%0Ab",
            "smtp://mail.example.vn?ca=/nowhere/ca.pem",
            "smtp://us%ffer:p@mail.example.vn",
        ] {
            assert!(read(url).is_err(), "{url}");
        }
    }

    #[test]
    fn neither_errors_nor_printing_show_the_password() {
        let urls = [
            "smtp://user:hush-hush@mail.example.vn",
            "http://user:hush-hush@mail.example.vn",
            "smtp://user:hush-hush@mail.example.vn:port",
            "smtp://user:hush-hush@",
            "user:hush-hush://mail.example.vn",
        ];
        for url in urls {
            let printed = match read(url) {
                Ok(carrier) => format!("{carrier:?} {carrier:#?} {carrier}"),
                Err(error) => format!("{error:?} {error}"),
            };
            assert!(!printed.contains("hush"), "{printed}");
        }
    }

    #[test]
    fn a_password_may_hold_any_character_in_percent_form() {
        assert_eq!(percent_decoded("m%E1%BA%ADt%20kh%E1%BA%A9u%40%2F").as_deref(), Some("mật khẩu@/"));
        assert_eq!(percent_decoded("100%"), None);
        assert_eq!(percent_decoded("%zz"), None);
    }
}
