//! The variable part of an address: [`Segment`]. Whatever it cannot be is simply not there: 404.

use super::problem::Problem;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use serde::de::DeserializeOwned;
use std::future::{Ready, ready};
use std::ops::Deref;

/// `{id}` or `{code}` of the route as a `T`; several as a tuple, in their order.
#[derive(Debug, Clone)]
pub struct Segment<T>(pub T);

impl<T> Segment<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Segment<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Segment<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let found = web::Path::<T>::extract(request).into_inner();
        ready(found.map(|path| Self(path.into_inner())).map_err(|_| Problem::no_such_path()))
    }
}
