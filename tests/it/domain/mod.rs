//! What holds of every life, however it is lived.

mod lives;
