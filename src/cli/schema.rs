//! `schema`: prints the API's schema.

use super::{Failure, say};
use crate::graphql::schema::sdl;

pub(super) fn run() -> Result<(), Failure> {
    say(sdl().trim_end())
}
