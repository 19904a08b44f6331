//! Named random streams: every purpose of every entity has random numbers of its own.
//!
//! A stream is addressed by (seed, replication, entity, purpose). Equal keys give equal numbers on every machine and in
//! every build: the key is hashed by a fixed function, the generator is xoshiro256++, and whatever is drawn comes from
//! integer arithmetic, the basic operations of IEEE 754 and the `libm` crate. Because a stream depends on its own key
//! only, an entity that is added to a model moves nobody else's draws, and two designs are compared under the same chance.
//!
//! Knows nothing of what its numbers are for.

mod ziggurat;

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use ziggurat::{EXPONENTIAL, NORMAL};

/// Two to the minus 53: the distance of neighbors in [`Stream::unit`].
const UNIT_STEP: f64 = 1.0 / (1u64 << 53) as f64;

/// A stream of random numbers of its own for every purpose; 32 bytes, cheap to clone and to move.
#[derive(Clone, Debug)]
pub struct Stream(Xoshiro256PlusPlus);

impl Stream {
    /// The stream of this name: same key, same numbers, on every machine.
    pub fn new(seed: u64, replication: u32, entity: &str, purpose: &str) -> Stream {
        let mut key = KeyHash::new();
        key.word(seed);
        key.word(u64::from(replication));
        key.text(entity);
        key.text(purpose);
        Stream(Xoshiro256PlusPlus::from_seed(key.finish()))
    }

    /// Uniform over all 64-bit numbers.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform in [0, 1): a multiple of 2^-53.
    #[inline]
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * UNIT_STEP
    }

    /// Uniform in 0..n (unbiased; D. Lemire, "Fast random integer generation in an interval", ACM TOMACS 29, 2019). 0 for n = 0.
    #[inline]
    pub fn below(&mut self, n: u64) -> u64 {
        let mut product = u128::from(self.bits()) * u128::from(n);
        if (product as u64) < n {
            let surplus = n.wrapping_neg() % n;
            while (product as u64) < surplus {
                product = u128::from(self.bits()) * u128::from(n);
            }
        }
        (product >> 64) as u64
    }

    /// True with this probability; draws nothing for 0 and 1.
    #[inline]
    pub fn chance(&mut self, probability: f64) -> bool {
        probability > 0.0 && (probability >= 1.0 || self.unit() < probability)
    }

    /// Exponential with mean 1.
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        let bits = self.bits();
        let place = (bits & 0xff) as usize;
        let layer = &EXPONENTIAL.layers[place];
        // Bits 11 to 63: none of those that chose the layer. Signed, because that conversion is one instruction.
        let x = (bits >> 11) as i64 as f64 * layer.width;
        if x < layer.inner { x } else { self.exponential_rarely(place, x) }
    }

    /// Standard normal.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        let bits = self.bits();
        let place = (bits & 0xff) as usize;
        let layer = &NORMAL.layers[place];
        let x = (bits as i64 >> 11) as f64 * layer.width;
        if x.abs() < layer.inner { x } else { self.normal_rarely(place, x) }
    }

    /// Beyond the part of a layer that lies wholly under the curve: its wedge, or the tail.
    #[cold]
    #[inline(never)]
    fn exponential_rarely(&mut self, place: usize, x: f64) -> f64 {
        if place == 0 {
            // What is left of an exponential beyond any point is exponential again.
            return EXPONENTIAL.layers[0].inner + self.exponential();
        }
        if EXPONENTIAL.height(place, self.unit()) < libm::exp(-x) { x } else { self.exponential() }
    }

    #[cold]
    #[inline(never)]
    fn normal_rarely(&mut self, place: usize, x: f64) -> f64 {
        if place == 0 {
            let beyond = self.normal_tail(NORMAL.layers[0].inner);
            return if x < 0.0 { -beyond } else { beyond };
        }
        if NORMAL.height(place, self.unit()) < libm::exp(-0.5 * x * x) { x } else { self.normal() }
    }

    /// A standard normal given that it exceeds `from` (G. Marsaglia, Technometrics 6, 1964).
    fn normal_tail(&mut self, from: f64) -> f64 {
        loop {
            let beyond = self.exponential() / from;
            if 2.0 * self.exponential() >= beyond * beyond {
                return from + beyond;
            }
        }
    }
}

/// Four lanes of 64 bits, each a chain of SplitMix64's finalizer (S. Vigna's constants) from a start of its own.
///
/// Texts go in behind their length, so ("ab", "c") and ("a", "bc") differ. Every step is a bijection of the lane: keys of
/// equal length that differ in one word never meet, others with probability 2^-256.
struct KeyHash([u64; 4]);

impl KeyHash {
    /// Fractional bits of the golden ratio, sqrt 2, sqrt 3 and sqrt 5.
    fn new() -> KeyHash {
        KeyHash([0x9e37_79b9_7f4a_7c15, 0x6a09_e667_f3bc_c908, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b])
    }

    fn word(&mut self, word: u64) {
        for lane in &mut self.0 {
            *lane = mix(*lane ^ word);
        }
    }

    fn text(&mut self, text: &str) {
        self.word(text.len() as u64);
        for chunk in text.as_bytes().chunks(8) {
            let mut bytes = [0; 8];
            bytes[..chunk.len()].copy_from_slice(chunk);
            self.word(u64::from_le_bytes(bytes));
        }
    }

    fn finish(self) -> [u8; 32] {
        let mut seed = [0; 32];
        for (place, lane) in seed.chunks_exact_mut(8).zip(self.0) {
            place.copy_from_slice(&mix(lane).to_le_bytes());
        }
        seed
    }
}

/// One step of SplitMix64 (G. Steele, D. Lea and C. Flood, OOPSLA 2014; constants of S. Vigna's splitmix64.c).
fn mix(word: u64) -> u64 {
    let mut z = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
