//! How often one address may ask: for what is open to all, where codes could be tried one after the other. And how
//! often the phone of one dossier may be guessed at, from whatever addresses.
//!
//! Each instance counts for itself. What must hold for all instances together (failed sign-ins of one account)
//! is counted in the database.

use super::house::{House, Settings};
use super::problem::Problem;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::collections::HashMap;
use std::future::{Ready, ready};
use std::hash::{BuildHasher as _, RandomState};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const HOUR: Duration = Duration::from_secs(3600);

pub struct Limits {
    lookups: DefaultKeyedRateLimiter<IpAddr>,
    sign_ins: DefaultKeyedRateLimiter<IpAddr>,
    wrong_phones: WrongTries,
}

impl Limits {
    pub fn new(settings: &Settings) -> Self {
        let a_minute = |times: u32| {
            RateLimiter::keyed(Quota::per_minute(NonZeroU32::new(times).unwrap_or(NonZeroU32::MIN)))
        };
        Self {
            lookups: a_minute(settings.public_lookups_per_minute),
            sign_ins: a_minute(settings.sign_ins_per_minute),
            wrong_phones: WrongTries::an_hour(settings.wrong_phones_per_hour),
        }
    }

    /// A try at the phone of the dossier with this code, whether there is one or not. Each is taken for wrong until
    /// [`Self::phone_not_wrong`] says otherwise.
    ///
    /// # Errors
    /// 429 when too many were wrong: then nobody is told whether this one would be right.
    pub fn try_phone(&self, code: &str) -> Result<(), Problem> {
        let tried = self.wrong_phones.take(code, Instant::now());
        tried.map_err(|wait| Problem::too_many("too-many-requests", wait))
    }

    pub fn phone_not_wrong(&self, code: &str) {
        self.wrong_phones.give_back(code);
    }

    /// Forgets addresses that have not asked for a while, and codes that were not guessed at.
    pub fn tidy(&self) {
        for limiter in [&self.lookups, &self.sign_ins] {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
        self.wrong_phones.tidy(Instant::now());
    }
}

/// So many wrong tries at once for each key, and one more whenever its part of the hour has passed. A limiter of
/// governor cannot give back what it has counted, and a right try must not count.
struct WrongTries {
    each: Duration,
    at_once: Duration,
    /// When all tries are free again, by the hash of the key: a key may be as long as an address.
    free_at: Mutex<HashMap<u64, Instant>>,
    hasher: RandomState,
}

impl WrongTries {
    fn an_hour(times: u32) -> Self {
        let each = HOUR / times.max(1);
        Self { each, at_once: each * times.max(1), free_at: Mutex::default(), hasher: RandomState::new() }
    }

    /// Counts a try, or says how long to wait for the next.
    fn take(&self, key: &str, now: Instant) -> Result<(), Duration> {
        let key = self.hasher.hash_one(key);
        let mut free_at = self.free_at();
        let free = free_at.get(&key).map_or(now, |at| now.max(*at)) + self.each;
        let taken = free.duration_since(now);
        if taken > self.at_once {
            return Err(taken.saturating_sub(self.at_once));
        }
        free_at.insert(key, free);
        Ok(())
    }

    fn give_back(&self, key: &str) {
        if let Some(at) = self.free_at().get_mut(&self.hasher.hash_one(key)) {
            *at = at.checked_sub(self.each).unwrap_or(*at);
        }
    }

    fn tidy(&self, now: Instant) {
        let mut free_at = self.free_at();
        free_at.retain(|_, at| *at > now);
        free_at.shrink_to_fit();
    }

    fn free_at(&self) -> MutexGuard<'_, HashMap<u64, Instant>> {
        self.free_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A public look-up that is within its limit. A handler that is open to all and answers about one thing takes it
/// as a parameter: 429 otherwise.
#[derive(Debug)]
pub struct PublicLookup;

impl FromRequest for PublicLookup {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(within(request, |limits| &limits.lookups).map(|()| Self))
    }
}

/// A try to sign in that is within the limit of its address.
#[derive(Debug)]
pub struct SignInTry;

impl FromRequest for SignInTry {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(within(request, |limits| &limits.sign_ins).map(|()| Self))
    }
}

fn within(
    request: &HttpRequest,
    which: impl Fn(&Limits) -> &DefaultKeyedRateLimiter<IpAddr>,
) -> Result<(), Problem> {
    let house = request.app_data::<Data<House>>().ok_or_else(Problem::broken)?;
    let address = caller(request, house.settings.behind_proxy);
    which(&house.limits).check_key(&address).map_err(|until| {
        Problem::too_many("too-many-requests", until.wait_time_from(DefaultClock::default().now()))
    })
}

/// The address of whoever asks; of an IPv6 address the network, which one household has for itself.
fn caller(request: &HttpRequest, behind_proxy: bool) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    let forwarded = || {
        // The last entry is what our proxy saw; those before it are what the caller claims.
        let header = request.headers().get_all("X-Forwarded-For").last()?;
        header.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
    };
    let address = if behind_proxy { forwarded().unwrap_or(peer) } else { peer };
    match address {
        IpAddr::V6(v6) if v6.to_ipv4_mapped().is_none() => {
            IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64))
        }
        address => address.to_canonical(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn the_caller_is_who_our_proxy_saw_and_nobody_else() {
        let request = TestRequest::default()
            .peer_addr("10.0.0.2:443".parse().unwrap())
            .insert_header(("X-Forwarded-For", "1.2.3.4, 198.51.100.7"))
            .to_http_request();
        assert_eq!(caller(&request, true).to_string(), "198.51.100.7");
        assert_eq!(caller(&request, false).to_string(), "10.0.0.2", "anybody can write a header");
    }

    #[test]
    fn one_network_of_ipv6_is_one_caller() {
        let at = |peer: &str| {
            caller(&TestRequest::default().peer_addr(peer.parse().unwrap()).to_http_request(), false)
        };
        assert_eq!(at("[2001:db8:1:2:3::1]:1"), at("[2001:db8:1:2:ffff::9]:2"));
        assert_ne!(at("[2001:db8:1:2::1]:1"), at("[2001:db8:1:3::1]:1"));
        assert_eq!(at("[::ffff:192.0.2.1]:1"), at("192.0.2.1:1"));
    }

    #[test]
    fn who_asks_too_often_waits_and_others_do_not() {
        let settings = Settings { public_lookups_per_minute: 2, ..Settings::default() };
        let limits = Limits::new(&settings);
        let ask = |last: u8| limits.lookups.check_key(&IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))).is_ok();
        assert_eq!([ask(1), ask(1), ask(1), ask(2)], [true, true, false, true]);
        limits.tidy();
        assert!(!ask(1), "tidying forgives nobody");
    }

    #[test]
    fn wrong_tries_at_one_key_are_counted_and_come_back_one_by_one() {
        let (tries, now) = (WrongTries::an_hour(2), Instant::now());
        let take = |key: &str, minutes: u64| tries.take(key, now + Duration::from_secs(60 * minutes));
        for _ in 0..5 {
            assert_eq!(take("A", 0), Ok(()));
            tries.give_back("A");
        }
        assert_eq!([take("A", 0), take("A", 0)], [Ok(()), Ok(())], "right tries did not count");
        assert_eq!(take("A", 0), Err(Duration::from_secs(1800)));
        assert_eq!(take("B", 0), Ok(()), "another key has its own");
        tries.tidy(now);
        assert_eq!(take("A", 29), Err(Duration::from_secs(60)), "tidying forgives nobody");
        assert_eq!([take("A", 30), take("A", 30)], [Ok(()), Err(Duration::from_secs(1800))]);
        tries.tidy(now + HOUR * 2);
        assert!(tries.free_at().is_empty(), "what is free again is forgotten");
    }
}
