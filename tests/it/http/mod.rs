//! What every endpoint shares, tried over a real socket.

mod answers;
mod bodies;
mod health;
mod hostile;
mod idempotency;
mod lists;
mod openapi;
mod routes;
mod words;
