//! The two tokens of a session: a short-lived signed one that is shown with every request, and a long-lived one
//! that buys the next pair, once.

use crate::domain::ids::{OfficerId, SessionId};
use crate::failure::{Failure, Outcome};
use crate::hex::hex;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What an access token says (RFC 7519). Times are seconds since 1970.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, PartialEq)]
pub struct Claims {
    pub sub: OfficerId,
    pub sid: SessionId,
    pub iat: i64,
    pub exp: i64,
}

/// Signs and reads access tokens (HS256).
pub struct Signer {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

impl Signer {
    pub fn new(key: &str) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        // The clock is ours to read: an expired token is told by `read`, against the clock of the house.
        validation.validate_exp = false;
        validation.leeway = 0;
        Self {
            encoding: EncodingKey::from_secret(key.as_bytes()),
            decoding: DecodingKey::from_secret(key.as_bytes()),
            validation,
        }
    }

    pub fn sign(
        &self,
        sub: OfficerId,
        sid: SessionId,
        now: DateTime<Utc>,
        life: Duration,
    ) -> Outcome<String> {
        let claims = Claims { sub, sid, iat: now.timestamp(), exp: (now + life).timestamp() };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(|error| Failure::Broken(format!("signing a token: {error}")))
    }

    /// What the token says, unless it is not ours or its time is over.
    pub fn read(&self, token: &str, now: DateTime<Utc>) -> Option<Claims> {
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation).ok()?.claims;
        (claims.exp > now.timestamp()).then_some(claims)
    }
}

/// A new refresh token or key: 32 random bytes.
pub fn random() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// How a refresh token is kept: whoever reads the database cannot use it. A plain hash is enough for 32 random bytes.
pub fn hashed(refresh_token: &str) -> String {
    hex(&Sha256::digest(refresh_token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_until_its_time_is_over_and_only_with_its_key() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let (sub, sid) = (OfficerId::at(now), SessionId::at(now));
        let signer = Signer::new("key");
        let token = signer.sign(sub, sid, now, Duration::minutes(10)).unwrap();
        let claims = signer.read(&token, now).unwrap();
        assert_eq!((claims.sub, claims.sid), (sub, sid));
        assert!(signer.read(&token, now + Duration::seconds(599)).is_some());
        assert!(signer.read(&token, now + Duration::seconds(600)).is_none());
        assert!(Signer::new("other key").read(&token, now).is_none());
    }

    #[test]
    fn an_unsigned_token_is_nobodys() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let claims = Claims { sub: OfficerId::at(now), sid: SessionId::at(now), iat: 0, exp: i64::MAX };
        let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&claims).unwrap());
        for header in [r#"{"alg":"none","typ":"JWT"}"#, r#"{"alg":"HS512","typ":"JWT"}"#] {
            let token = format!("{}.{payload}.", URL_SAFE_NO_PAD.encode(header));
            assert!(Signer::new("key").read(&token, now).is_none());
        }
    }
}
