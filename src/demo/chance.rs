//! Chance that is the same for the same seed.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

pub struct Chance(ChaCha8Rng);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// One of many of the same seed that know nothing of each other: parts of the work can be done in any order.
    pub fn part(seed: u64, part: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(part.wrapping_add(1));
        Self(generator)
    }

    /// One that is the same for the same word, whatever was drawn before.
    pub fn of(word: &str) -> Self {
        Self::new(word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    /// 0 to `end`, without it; 0 when there is nothing to choose from.
    pub fn below(&mut self, end: u32) -> u32 {
        if end == 0 { 0 } else { self.0.random_range(0..end) }
    }

    pub fn percent(&mut self, chance: u32) -> bool {
        self.below(100) < chance
    }

    pub fn permille(&mut self, chance: u32) -> bool {
        self.below(1000) < chance
    }

    /// One of a list that is not empty.
    pub fn one_of<T: Copy + Default>(&mut self, all: &[T]) -> T {
        let place = self.below(u32::try_from(all.len()).unwrap_or(u32::MAX));
        all.get(usize::try_from(place).unwrap_or_default()).copied().unwrap_or_default()
    }

    /// The place of one of these weights.
    pub fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (place, weight) in weights.iter().enumerate() {
            if left < *weight {
                return place;
            }
            left -= weight;
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_chances() {
        let draw = |seed| {
            let mut chance = Chance::new(seed);
            (0..50).map(|_| chance.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }

    #[test]
    fn weights_are_kept_and_nothing_is_chosen_from_nothing() {
        let mut chance = Chance::new(1);
        assert!((0..100).all(|_| chance.weighted(&[0, 5, 0]) == 1));
        assert_eq!(chance.below(0), 0);
        assert_eq!(chance.one_of::<u8>(&[]), 0);
    }
}
