//! End-to-end latencies as an HdrHistogram V2 log: a line for each subscriber, with its name as the tag, over the whole run.

use crate::outcome::{Curve, Outcome};
use crate::report::text::plain;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};
use hdrhistogram::serialization::{Deserializer, V2DeflateSerializer};
use std::time::{Duration, SystemTime};

/// Values are nanoseconds, the column of maxima is in milliseconds; all replications are pooled. Time begins at `start`, in Unix seconds.
///
/// # Errors
/// Says that the outcome has no histograms, as those of older versions do not.
pub fn hdr(outcome: &Outcome, start: f64) -> Result<String, String> {
    let all: Vec<(&Curve, Histogram<u64>)> = outcome.curves.iter().filter_map(|curve| Some((curve, histogram(curve)?))).collect();
    if all.is_empty() {
        return Err("this outcome has no histograms; run the scenario again".into());
    }
    let mut log = Vec::new();
    let mut serializer = V2DeflateSerializer::new();
    let span = |seconds: f64| Duration::try_from_secs_f64(seconds).unwrap_or_default();
    let start = SystemTime::UNIX_EPOCH + span(start);
    let mut builder = IntervalLogWriterBuilder::new();
    let comment = format!("{}; busload {}; values in nanoseconds", plain(&outcome.scenario.title), plain(&outcome.run.version));
    let builder = builder.add_comment(&comment).with_start_time(start).with_base_time(start).with_max_value_divisor(1e6);
    let mut writer = builder.begin_log_with(&mut log, &mut serializer).expect("memory takes the head");
    let length = span(outcome.run.horizon_s - outcome.run.warm_up_s);
    for (curve, histogram) in &all {
        let name = tag(&curve.name);
        let from = span(outcome.run.warm_up_s);
        writer.write_histogram(histogram, from, length, Tag::new(&name)).expect("memory takes a line");
    }
    Ok(String::from_utf8(log).expect("a log is text"))
}

/// All values of a curve; none where the outcome has none that can be read.
pub fn histogram(curve: &Curve) -> Option<Histogram<u64>> {
    let bytes = BASE64_STANDARD.decode(&curve.hdr).ok().filter(|bytes| !bytes.is_empty())?;
    Deserializer::new().deserialize(&mut bytes.as_slice()).ok()
}

/// A tag has no commas and no blanks.
fn tag(name: &str) -> String {
    let name = name.strip_suffix(".end_to_end").unwrap_or(name);
    name.chars().map(|c| if c.is_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '_' }).collect()
}
