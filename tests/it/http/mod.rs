//! What every endpoint shares, tried over a real socket.

mod openapi;
mod routes;
