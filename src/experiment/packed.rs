//! A histogram as other tools read it: HdrHistogram's V2 format, deflated and in base64.
//!
//! Both have 128 buckets to a power of two, so nothing is lost.

use crate::stats::Histogram;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hdrhistogram::serialization::{Serializer, V2DeflateSerializer};

/// Of two significant digits there are 128 buckets to a power of two.
const DIGITS: u8 = 2;

/// All values in nanoseconds; nothing of nothing.
pub fn packed(histogram: &Histogram) -> String {
    let most = histogram.buckets().map(|(value, _)| value).max().unwrap_or(0);
    if histogram.count() == 0 {
        return String::new();
    }
    let mut hdr = hdrhistogram::Histogram::<u64>::new_with_bounds(1, most.max(2), DIGITS).expect("two digits are possible of every range");
    for (value, count) in histogram.buckets() {
        hdr.record_n(value, count).expect("the range holds all values");
    }
    let mut bytes = Vec::new();
    V2DeflateSerializer::new().serialize(&hdr, &mut bytes).expect("memory takes a histogram");
    BASE64_STANDARD.encode(bytes)
}
