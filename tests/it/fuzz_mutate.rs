//! How the fuzz targets spoil what is right: reproducible, and with an eye for what texts of this language are made of.

use std::hash::Hasher;

/// A stream of choices (SplitMix64).
pub struct Chance(u64);

impl Chance {
    pub fn new(numbers: &[u64], name: &str) -> Chance {
        // The standard library's hasher says nothing of other versions of itself, so: FNV-1a.
        let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
        hash.write(name.as_bytes());
        numbers.iter().for_each(|number| hash.write(&number.to_le_bytes()));
        Chance(hash.finish())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, 0 where there is none.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.next() % end as u64) as usize }
    }
}

struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// One of the texts, spoiled in one place or a few.
pub fn mutated(texts: &[&[u8]], chance: &mut Chance) -> Vec<u8> {
    let mut text = texts[chance.below(texts.len())].to_vec();
    let times = 1 + chance.below(2) + chance.below(3) * chance.below(4);
    for _ in 0..times {
        match chance.below(12) {
            0 => flip(&mut text, chance),
            1 => remove(&mut text, chance),
            2 => repeat(&mut text, chance),
            3 => splice(&mut text, texts, chance),
            4 => swap_lines(&mut text, chance),
            5 | 6 => insert(&mut text, chance),
            7 => insert_line(&mut text, chance),
            _ => change_word(&mut text, chance),
        }
        text.truncate(100_000);
    }
    text
}

fn flip(text: &mut [u8], chance: &mut Chance) {
    let at = chance.below(text.len());
    if let Some(byte) = text.get_mut(at) {
        *byte ^= 1 << chance.below(8);
    }
}

/// A stretch, short mostly.
fn stretch(length: usize, chance: &mut Chance) -> std::ops::Range<usize> {
    let start = chance.below(length);
    let most = if chance.below(4) == 0 { length } else { 20 };
    start..(start + chance.below(most)).min(length)
}

fn remove(text: &mut Vec<u8>, chance: &mut Chance) {
    text.drain(stretch(text.len(), chance));
}

fn repeat(text: &mut Vec<u8>, chance: &mut Chance) {
    let piece = text[stretch(text.len(), chance)].to_vec();
    let at = chance.below(text.len() + 1);
    text.splice(at..at, piece);
}

fn splice(text: &mut Vec<u8>, texts: &[&[u8]], chance: &mut Chance) {
    let other = texts[chance.below(texts.len())];
    let piece = &other[stretch(other.len(), chance)];
    let at = stretch(text.len(), chance);
    text.splice(at, piece.iter().copied());
}

fn swap_lines(text: &mut Vec<u8>, chance: &mut Chance) {
    let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    let (one, other) = (chance.below(lines.len()), chance.below(lines.len()));
    lines.swap(one, other);
    *text = lines.join(&b'\n');
}

fn insert(text: &mut Vec<u8>, chance: &mut Chance) {
    let at = chance.below(text.len() + 1);
    text.splice(at..at, WORDS[chance.below(WORDS.len())].bytes());
}

fn insert_line(text: &mut Vec<u8>, chance: &mut Chance) {
    let ends: Vec<usize> = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect();
    let at = ends.get(chance.below(ends.len())).copied().unwrap_or(0);
    let line = format!("{}\n", LINES[chance.below(LINES.len())]);
    text.splice(at..at, line.bytes());
}

/// A number, a name or a text becomes another one.
fn change_word(text: &mut Vec<u8>, chance: &mut Chance) {
    let start = chance.below(text.len());
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    let from = text[..start].iter().rposition(|byte| !is_word(byte)).map_or(0, |at| at + 1);
    let to = text[start..].iter().position(|byte| !is_word(byte)).map_or(text.len(), |at| start + at);
    if from > to {
        return;
    }
    let word = if text[from..to].first().is_some_and(u8::is_ascii_digit) && chance.below(4) > 0 {
        NUMBERS[chance.below(NUMBERS.len())]
    } else {
        WORDS[chance.below(WORDS.len())]
    };
    text.splice(from..to, word.bytes());
}

const NUMBERS: [&str; 36] = [
    "0",
    "1",
    "2",
    "3",
    "5",
    "7",
    "10",
    "64",
    "100",
    "1000",
    "0.5",
    "0.999999",
    "1e-9",
    "1e-300",
    "1e9",
    "1e18",
    "1e308",
    "-1",
    "-0.0",
    "nan",
    "inf",
    "65535",
    "65536",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999999999999999999999999999999999",
    "1_000",
    "0x10",
    "1.5.2",
    "106751",
    "292",
    "100K",
];

const WORDS: [&str; 84] = [
    "",
    "\"",
    "'",
    "\"\"\"",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "(",
    ")",
    ",",
    "=",
    ".",
    "\n",
    "\r\n",
    "#",
    "+",
    "*",
    "%",
    "\\",
    "\u{0}",
    "\u{1b}[31m",
    "\u{feff}",
    "é",
    "\u{1F600}",
    "\u{202e}",
    "true",
    "false",
    "1979-05-27",
    "10:30",
    "25:61",
    "ns",
    "us",
    "ms",
    "s",
    "h",
    "d",
    "500K/day",
    "1/s",
    "0/s",
    "100%",
    "0%",
    "101%",
    "4KiB",
    "2MB",
    "1Gbit/s",
    "0",
    "0ms",
    "200000d",
    "2562047h",
    "9223372036s",
    "exp(1ms)",
    "exp(0)",
    "exp(1e9s)",
    "uniform(1ms, 1ms)",
    "normal(1ms, sd=1h)",
    "lognormal(p50=1ns, p99=100d)",
    "pareto(min=1ms, alpha=1.0001)",
    "weibull(mean=1s, shape=0.01)",
    "erlang(1000, mean=1ms)",
    "hyperexp(mean=1ms, cv=1000)",
    "gamma(mean=1s, cv=100)",
    "gaps(0)",
    "sine(amplitude=100%, period=1ns)",
    "mmpp(0/s for 1ns, 1/s for 1ns)",
    "zipf(100)",
    "gaps(exp(1ns))",
    "empirical(a.toml)",
    "trace(a.toml)",
    "trace(/dev/zero)",
    "light",
    "heavy",
    "none",
    "auto",
    "steady",
    "day",
    "drain",
    "by_resource",
    "actors",
    "topology",
    "workflow",
    "version",
];

const LINES: [&str; 40] = [
    "extends = \"a.toml\"",
    "extends = \"mm1.toml\"",
    "[run]",
    "kind = \"steady\"",
    "horizon = \"1ns\"",
    "horizon = \"106751d\"",
    "warm_up = \"1h\"",
    "seed = 18446744073709551615",
    "replications = \"auto\"",
    "workers = 100000",
    "workers = 1",
    "prefetch = 0",
    "prefetch = 1",
    "consumers = 100000",
    "max_length = 0",
    "max_bytes = \"0B\"",
    "overflow = \"block\"",
    "overflow = \"drop_oldest\"",
    "time_to_live = \"0\"",
    "max_deliveries = 1",
    "failure = \"100%\"",
    "poison = \"100%\"",
    "redelivery_delay = \"exp(1ns)\"",
    "durable = false",
    "ordering = \"by_resource\"",
    "guard = \"timestamp\"",
    "runs = \"workflow\"",
    "requeue = \"tail\"",
    "priorities = true",
    "service = \"0\"",
    "work = \"0\"",
    "latency = \"0\"",
    "loss = \"100%\"",
    "bandwidth = \"1bit/s\"",
    "memory = \"1B\"",
    "persist = { write = \"0\", group = 1 }",
    "cache = \"1d\"",
    "coalesce = true",
    "resources = 1",
    "batch = 1000",
];
