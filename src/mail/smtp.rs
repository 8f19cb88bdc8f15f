//! One message to a mail server, step by step.
//!
//! The library's own `send` runs from MAIL to the last reply without a pause; here its commands are given one by
//! one, because between the server's 354 and the first byte of the text the caller leaves its mark.

use super::{
    Accepted, Failure,
    message::Prepared,
    reply::{Step, sort},
    without_addresses,
};
use lettre::Address;
use lettre::transport::smtp::{
    authentication::{Credentials, Mechanism},
    client::{SmtpConnection, TlsParameters},
    commands::{Data, Mail, Rcpt},
    extension::{ClientId, Extension, MailBodyParameter, MailParameter},
    response::{Response, Severity},
};
use secrecy::{ExposeSecret, SecretString};
use std::{fmt, time::Duration};

/// A mail server and how to speak with it.
#[derive(Clone)]
pub struct Smtp {
    pub(super) host: String,
    pub(super) port: u16,
    /// The server is this machine: nobody can listen in between.
    pub(super) loopback: bool,
    pub(super) security: Security,
    pub(super) login: Option<Login>,
    /// For each step up to the text.
    pub(super) timeout: Duration,
    /// For the text and its reply.
    pub(super) answer_timeout: Duration,
    pub(super) hello: ClientId,
}

/// When the conversation is encrypted. A certificate is checked wherever there is one.
#[derive(Clone)]
pub(super) enum Security {
    FromTheStart(TlsParameters),
    Required(TlsParameters),
    Opportunistic(TlsParameters),
    None,
}

#[derive(Clone)]
pub(super) struct Login {
    pub user: String,
    pub password: SecretString,
}

impl Smtp {
    pub(super) fn hand_over(
        &self,
        letter: &Prepared,
        before_body: &mut dyn FnMut() -> Result<(), String>,
    ) -> Result<Accepted, Failure> {
        let mut connection = self.connect()?;
        let ready = self
            .encrypt(&mut connection)
            .and_then(|()| self.sign_in(&mut connection))
            .and_then(|()| address_envelope(&mut connection, letter));
        if let Err(failure) = ready {
            self.leave(connection);
            return Err(failure);
        }
        // Refused here, the connection is dropped without a QUIT: after 354 that word would be text. A server
        // throws away a text that never ends.
        before_body().map_err(|reason| Failure::Interrupted { reason })?;
        self.send_text(connection, &letter.bytes)
    }

    pub(super) fn longest_silence(&self) -> Duration {
        self.answer_timeout.max(self.timeout)
    }

    fn connect(&self) -> Result<SmtpConnection, Failure> {
        let from_the_start = match &self.security {
            Security::FromTheStart(parameters) => Some(parameters),
            _ => None,
        };
        SmtpConnection::connect(
            (self.host.as_str(), self.port),
            Some(self.timeout),
            &self.hello,
            from_the_start,
            None,
        )
        .map_err(|error| sort(Step::Greeting, &error))
    }

    fn encrypt(&self, connection: &mut SmtpConnection) -> Result<(), Failure> {
        let parameters = match &self.security {
            Security::FromTheStart(_) | Security::None => return Ok(()),
            Security::Opportunistic(_) if !connection.can_starttls() => return Ok(()),
            Security::Required(_) if !connection.can_starttls() => {
                return Err(Failure::transient("the server offers no STARTTLS and encryption is required"));
            }
            Security::Required(parameters) | Security::Opportunistic(parameters) => parameters,
        };
        connection.starttls(parameters, &self.hello).map_err(|error| sort(Step::Encryption, &error))
    }

    fn sign_in(&self, connection: &mut SmtpConnection) -> Result<(), Failure> {
        let Some(login) = &self.login else { return Ok(()) };
        let allowed_in_the_open = self.loopback || matches!(self.security, Security::None);
        if !connection.is_encrypted() && !allowed_in_the_open {
            return Err(Failure::misconfigured(
                "the server offers no STARTTLS and the password does not go out in the open",
            ));
        }
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        if connection.server_info().get_auth_mechanism(&mechanisms).is_none() {
            return Err(Failure::misconfigured("the server offers neither AUTH PLAIN nor AUTH LOGIN"));
        }
        let credentials = Credentials::new(login.user.clone(), login.password.expose_secret().to_owned());
        match connection.auth(&mechanisms, &credentials) {
            Ok(reply) if reply.code().severity == Severity::PositiveCompletion => Ok(()),
            Ok(reply) => Err(unexpected(Step::SignIn, &reply)),
            Err(error) => Err(sort(Step::SignIn, &error)),
        }
    }

    /// Everything from the first byte of the text on: from here a lost connection leaves the answer unknown.
    fn send_text(&self, mut connection: SmtpConnection, text: &[u8]) -> Result<Accepted, Failure> {
        connection
            .set_timeout(Some(self.answer_timeout))
            .map_err(|error| Failure::transient(format!("the connection: {error}")))?;
        let answer = connection.message(text);
        let result = match answer {
            Ok(reply) if reply.code().severity == Severity::PositiveCompletion => {
                Ok(Accepted { response: without_addresses(&words(&reply)) })
            }
            Ok(reply) => Err(Failure::Transient {
                reason: without_addresses(&format!("an answer that is none: {}", words(&reply))),
                unanswered: true,
            }),
            Err(error) => Err(sort(Step::Body, &error)),
        };
        self.leave(connection);
        result
    }

    /// Says goodbye where that is still possible. What comes of it no longer matters to the letter.
    fn leave(&self, mut connection: SmtpConnection) {
        let briefly = Duration::from_secs(5).min(self.timeout);
        let parted = connection.set_timeout(Some(briefly)).is_ok() && connection.quit().is_ok();
        tracing::trace!(parted, "left the mail server");
    }
}

/// MAIL, RCPT and DATA, up to the server's "go ahead".
fn address_envelope(connection: &mut SmtpConnection, letter: &Prepared) -> Result<(), Failure> {
    let parameters = mail_parameters(connection, letter)?;
    connection
        .command(Mail::new(Some(letter.sender.clone()), parameters))
        .map_err(|error| sort(Step::Sender, &error))?;
    connection
        .command(Rcpt::new(letter.recipient.clone(), vec![]))
        .map_err(|error| sort(Step::Recipient, &error))?;
    let go_ahead = connection.command(Data).map_err(|error| sort(Step::Data, &error))?;
    if go_ahead.has_code(354) { Ok(()) } else { Err(unexpected(Step::Data, &go_ahead)) }
}

/// An address with letters outside ASCII before the @ needs a server that knows them (RFC 6531).
fn mail_parameters(connection: &SmtpConnection, letter: &Prepared) -> Result<Vec<MailParameter>, Failure> {
    let ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
    if ascii(&letter.sender) && ascii(&letter.recipient) && letter.bytes.is_ascii() {
        return Ok(vec![]);
    }
    if connection.server_info().supports_feature(Extension::SmtpUtfEight) {
        return Ok(vec![MailParameter::SmtpUtfEight, MailParameter::Body(MailBodyParameter::EightBitMime)]);
    }
    let reason = "the address has letters outside ASCII and the server does not know SMTPUTF8";
    Err(if ascii(&letter.recipient) { Failure::misconfigured(reason) } else { Failure::permanent(reason) })
}

/// A positive reply where another one belongs: the two sides have lost step.
fn unexpected(step: Step, reply: &Response) -> Failure {
    Failure::transient(format!("an unexpected reply to {step:?}: {}", words(reply)))
}

fn words(reply: &Response) -> String {
    format!("{} {}", reply.code(), reply.message().collect::<Vec<_>>().join(" "))
}

impl fmt::Display for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, tls) = match self.security {
            Security::FromTheStart(_) => ("smtps", "TLS from the start"),
            Security::Required(_) => ("smtp", "TLS required"),
            Security::Opportunistic(_) => ("smtp", "TLS when offered"),
            Security::None => ("smtp", "no TLS"),
        };
        let signs_in = if self.login.is_some() { ", signs in" } else { "" };
        write!(f, "{scheme}://{}:{} ({tls}{signs_in})", self.host, self.port)
    }
}

impl fmt::Debug for Smtp {
    /// As [`fmt::Display`]: the login stays out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Smtp({self})")
    }
}

#[cfg(test)]
mod tests {
    use crate::mail::{
        Accepted, Carrier, Failure,
        test_server::{self, DROP, SILENCE, Script, TestServer, letter},
    };
    use secrecy::SecretString;
    use std::{thread, time::Duration};

    fn carrier(server: &TestServer, login: &str, options: &str) -> Carrier {
        Carrier::from_url(&SecretString::from(format!("smtp://{login}{}{options}", server.address))).unwrap()
    }

    fn hand_over(script: Script) -> Result<Accepted, Failure> {
        let server = test_server::serve(script);
        carrier(&server, "", "?timeout=1&answer_timeout=1").hand_over(&letter(), &mut || Ok(()))
    }

    #[test]
    fn a_letter_is_accepted_and_arrives_whole() {
        let server = test_server::serve(Script::default());
        let accepted = carrier(&server, "", "").hand_over(&letter(), &mut || Ok(())).unwrap();
        assert_eq!(accepted, Accepted { response: "250 2.0.0 Ok: queued as 4F1".to_owned() });
        let seen = server.seen();
        assert_eq!(
            seen.commands[1..],
            ["MAIL FROM:<motcua@example.vn>", "RCPT TO:<an@example.vn>", "DATA", "QUIT",]
        );
        let text = String::from_utf8(seen.body).unwrap();
        assert!(text.contains("Message-ID: <0190-thu@motcua.example.vn>"));
        assert!(text.ends_with("\r\n.\r\n"));
    }

    #[test]
    fn the_mark_is_left_after_the_go_ahead_and_before_any_byte_of_the_text() {
        let server = test_server::serve(Script::default());
        let mut marks = 0;
        let result = carrier(&server, "", "").hand_over(&letter(), &mut || {
            marks += 1;
            // Long enough for a text sent too early to arrive.
            thread::sleep(Duration::from_millis(100));
            let seen = server.seen();
            assert_eq!(seen.commands.last().map(String::as_str), Some("DATA"), "354 was given");
            assert!(seen.body.is_empty(), "no byte of the text before the mark");
            Ok(())
        });
        assert!(result.is_ok());
        assert_eq!(marks, 1);
        assert!(!server.seen().body.is_empty());
    }

    #[test]
    fn a_refused_mark_sends_not_one_byte_of_text() {
        let server = test_server::serve(Script::default());
        let result = carrier(&server, "", "").hand_over(&letter(), &mut || Err("no database".to_owned()));
        assert_eq!(result, Err(Failure::Interrupted { reason: "no database".to_owned() }));
        server.wait_until_left();
        let seen = server.seen();
        assert!(seen.body.is_empty() && !seen.accepted, "{:?}", String::from_utf8_lossy(&seen.body));
    }

    #[test]
    fn no_mark_is_left_when_the_letter_is_refused_before_the_text() {
        for script in [
            Script { greeting: "554 go away", ..Script::default() },
            Script { mail: "451 later", ..Script::default() },
            Script { rcpt: "550 5.1.1 unknown", ..Script::default() },
            Script { data: "451 later", ..Script::default() },
            Script { data: "250 what?", ..Script::default() },
            Script { rcpt: DROP, ..Script::default() },
        ] {
            let server = test_server::serve(script);
            let mut marks = 0;
            let result = carrier(&server, "", "?timeout=1").hand_over(&letter(), &mut || {
                marks += 1;
                Ok(())
            });
            assert!(result.is_err() && marks == 0, "{script:?}: {result:?}");
            server.wait_until_left();
            assert!(server.seen().body.is_empty(), "{script:?}");
        }
    }

    #[test]
    fn an_unknown_person_is_permanent_and_the_reason_names_no_address() {
        let result = hand_over(Script { rcpt: "550 5.1.1 <an@example.vn> unknown", ..Script::default() });
        assert_eq!(result, Err(Failure::Permanent { reason: "RCPT TO: 550 5.1.1 <…> unknown".to_owned() }));
    }

    #[test]
    fn a_full_disk_at_the_server_is_transient() {
        let result = hand_over(Script { body: "451 4.3.0 disk", ..Script::default() });
        assert!(matches!(result, Err(Failure::Transient { unanswered: false, .. })), "{result:?}");
    }

    #[test]
    fn a_text_refused_for_good_is_permanent() {
        let result = hand_over(Script { body: "554 5.6.0 no", ..Script::default() });
        assert!(matches!(result, Err(Failure::Permanent { .. })), "{result:?}");
    }

    #[test]
    fn a_server_that_asks_to_slow_down_is_obeyed_with_its_own_time() {
        let result =
            hand_over(Script { mail: "450 4.7.1 rate limit, try again in 5 minutes", ..Script::default() });
        assert!(
            matches!(result, Err(Failure::RateLimited { retry_after: Some(wait), .. }) if wait.as_secs() == 300),
            "{result:?}"
        );
    }

    #[test]
    fn a_connection_lost_after_the_text_leaves_the_answer_unknown() {
        for body in [DROP, SILENCE, "xyz", "354 more?"] {
            let result = hand_over(Script { body, ..Script::default() });
            assert!(matches!(result, Err(Failure::Transient { unanswered: true, .. })), "{body}: {result:?}");
        }
    }

    #[test]
    fn silence_before_the_text_is_transient_and_says_so() {
        let result = hand_over(Script { rcpt: SILENCE, ..Script::default() });
        assert_eq!(
            result,
            Err(Failure::Transient { reason: "RCPT TO: timed out".to_owned(), unanswered: false })
        );
    }

    #[test]
    fn nobody_listening_and_a_name_that_does_not_exist_are_transient() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        for url in [format!("smtp://{free}"), "smtp://mail.invalid:25?timeout=2".to_owned()] {
            let carrier = Carrier::from_url(&SecretString::from(url)).unwrap();
            let result = carrier.hand_over(&letter(), &mut || Ok(()));
            assert!(matches!(result, Err(Failure::Transient { unanswered: false, .. })), "{result:?}");
        }
    }

    #[test]
    fn required_encryption_that_is_not_offered_stops_before_the_envelope() {
        let server = test_server::serve(Script::default());
        let result = carrier(&server, "", "?tls=required").hand_over(&letter(), &mut || Ok(()));
        assert_eq!(
            result,
            Err(Failure::Transient {
                reason: "the server offers no STARTTLS and encryption is required".to_owned(),
                unanswered: false
            })
        );
        server.wait_until_left();
        assert!(!server.seen().commands.iter().any(|line| line.starts_with("MAIL")));
    }

    #[test]
    fn a_refused_starttls_is_transient() {
        let server = test_server::serve(Script {
            ehlo: "250-motcua.example.vn\r\n250 STARTTLS",
            starttls: "454 4.7.0 no certificate",
            ..Script::default()
        });
        let result = carrier(&server, "", "").hand_over(&letter(), &mut || Ok(()));
        assert!(matches!(result, Err(Failure::Transient { unanswered: false, .. })), "{result:?}");
    }

    #[test]
    fn a_wrong_password_is_our_setting_and_not_the_citizens_fault() {
        let server = test_server::serve(Script {
            ehlo: "250-motcua.example.vn\r\n250 AUTH PLAIN LOGIN",
            auth: "535 5.7.8 bad credentials",
            ..Script::default()
        });
        let result = carrier(&server, "motcua:hush%40@", "").hand_over(&letter(), &mut || Ok(()));
        assert_eq!(
            result,
            Err(Failure::Misconfigured { reason: "sign-in: 535 5.7.8 bad credentials".to_owned() })
        );
    }

    #[test]
    fn signing_in_sends_the_user_and_the_decoded_password_once() {
        let server = test_server::serve(Script {
            ehlo: "250-motcua.example.vn\r\n250 AUTH PLAIN LOGIN",
            ..Script::default()
        });
        carrier(&server, "motcua:hush%40@", "").hand_over(&letter(), &mut || Ok(())).unwrap();
        // base64 of NUL motcua NUL hush@
        assert_eq!(server.seen().commands[1], "AUTH PLAIN AG1vdGN1YQBodXNoQA==");
    }

    #[test]
    fn a_server_without_sign_in_is_our_setting() {
        let server = test_server::serve(Script::default());
        let result = carrier(&server, "motcua:hush@", "").hand_over(&letter(), &mut || Ok(()));
        assert!(matches!(result, Err(Failure::Misconfigured { .. })), "{result:?}");
    }

    #[test]
    fn an_address_outside_ascii_needs_a_server_that_knows_it() {
        let mut mail = letter();
        mail.to = "ngườinhận@example.vn".to_owned();
        let plain = test_server::serve(Script::default());
        let refused = carrier(&plain, "", "").hand_over(&mail, &mut || Ok(()));
        assert!(matches!(refused, Err(Failure::Permanent { .. })), "{refused:?}");

        let modern = test_server::serve(Script {
            ehlo: "250-motcua.example.vn\r\n250-8BITMIME\r\n250 SMTPUTF8",
            ..Script::default()
        });
        carrier(&modern, "", "").hand_over(&mail, &mut || Ok(())).unwrap();
        assert_eq!(modern.seen().commands[1], "MAIL FROM:<motcua@example.vn> SMTPUTF8 BODY=8BITMIME");
    }

    /// The test server under the name its certificate has.
    fn encrypted(server: &TestServer, scheme: &str, options: &str) -> Carrier {
        let port = server.address.port();
        Carrier::from_url(&SecretString::from(format!("{scheme}://motcua:hush@localhost:{port}{options}")))
            .unwrap()
    }

    const AUTHORITY: &str =
        concat!("ca=", env!("CARGO_MANIFEST_DIR"), "/src/mail/test_certificates/authority.pem");
    const OFFERS_TLS: Script =
        Script { ehlo: "250-motcua.example.vn\r\n250-STARTTLS\r\n250 AUTH PLAIN", ..Script::PLAIN };

    #[test]
    fn a_letter_goes_out_encrypted_from_the_start_and_after_starttls() {
        let start = test_server::serve_encrypted(OFFERS_TLS, true);
        let carrier = encrypted(&start, "smtps", &format!("?{AUTHORITY}"));
        carrier.hand_over(&letter(), &mut || Ok(())).unwrap();
        assert!(start.seen().accepted);

        let upgraded = test_server::serve_encrypted(OFFERS_TLS, false);
        let carrier = encrypted(&upgraded, "smtp", &format!("?tls=required&{AUTHORITY}"));
        carrier.hand_over(&letter(), &mut || Ok(())).unwrap();
        let seen = upgraded.seen();
        let verbs: Vec<_> = seen.commands.iter().map(|line| line.split([' ', ':']).next().unwrap()).collect();
        assert_eq!(verbs, ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]);
        assert!(seen.accepted);
    }

    #[test]
    fn a_certificate_nobody_vouches_for_gets_neither_password_nor_letter() {
        for (from_the_start, scheme, options) in
            [(true, "smtps", ""), (false, "smtp", "?tls=required"), (false, "smtp", "?tls=opportunistic")]
        {
            let server = test_server::serve_encrypted(OFFERS_TLS, from_the_start);
            let result = encrypted(&server, scheme, options).hand_over(&letter(), &mut || Ok(()));
            match result {
                Err(Failure::Transient { reason, unanswered: false }) => {
                    assert!(reason.contains("certificate"), "{reason}");
                }
                other => panic!("{scheme}{options}: {other:?}"),
            }
            server.wait_until_left();
            let told = server.seen().commands;
            assert!(
                !told.iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")),
                "{told:?}"
            );
        }
    }

    #[test]
    fn a_certificate_for_another_name_is_refused() {
        let server = test_server::serve_encrypted(OFFERS_TLS, true);
        let url = format!("smtps://127.0.0.1:{}?{AUTHORITY}", server.address.port());
        let result =
            Carrier::from_url(&SecretString::from(url)).unwrap().hand_over(&letter(), &mut || Ok(()));
        assert!(matches!(result, Err(Failure::Transient { unanswered: false, .. })), "{result:?}");
        server.wait_until_left();
        assert!(server.seen().commands.is_empty());
    }
}
