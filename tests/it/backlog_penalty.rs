//! A deep backlog makes every operation dearer.

use crate::run_help::{point, run};
use crate::scenario_help::{changed, load_text, seen};
use insta::assert_snapshot;

/// One message is in work for ever, so that the k-th finds k - 2 before it, each of which makes it a tenth dearer.
#[test]
fn each_ready_message_has_its_price() {
    let utilization = |penalty: &str| {
        let outcome = run(&format!(
            r#"
            [run]
            horizon = "50.5s"
            replications = 1
            [sor.source]
            [event.customer]
            from = "source"
            to = "line"
            rate = "1/s"
            arrivals = "regular"
            [segment.bus]
            cost = {{ receive = "100ms" }}
            {penalty}
            [queue.line]
            segment = "bus"
            [subscriber.server]
            from = "line"
            prefetch = 1
            work = "1h"
            "#
        ));
        assert_eq!(point(&outcome, "event.customer.raised"), 50.0);
        point(&outcome, "segment.bus.utilization.mean")
    };
    let ready: f64 = (1..=50).map(|k| (f64::from(k) - 2.0).max(0.0)).sum();
    // The last one comes at 50 s and takes 0.1 s x (1 + 4.8), of which half a second is within the run.
    let full = 50.0 * 0.1 + 0.1 * ready / 10.0 - 0.08;
    let plain = utilization("") * 50.5;
    assert!((plain - 5.0).abs() < 1e-6, "{plain}");
    for penalty in ["100% per 10", "10% per 1", "10000% per 1K", "10000000% per 1M"] {
        let busy = utilization(&format!("backlog_penalty = \"{penalty}\"")) * 50.5;
        assert!((busy - full).abs() < 1e-6, "{penalty}: busy {busy} s, expected {full}");
    }
}

#[test]
fn a_penalty_says_how_much_and_per_how_many() {
    let penalty = |value: &str| seen(load_text(&changed("threads = 2", &format!("threads = 2\nbacklog_penalty = {value}"))));
    assert_snapshot!(penalty("\"20%\""), @r#"
error: segment.bus.backlog_penalty: "20%" is not a share per count
  --> a.toml:36:19
   |
36 | backlog_penalty = "20%"
   |                   ^^^^^
   |
   = help: write for example "20% per 1M": a fifth more for each million messages

1 problem
"#);
    assert_snapshot!(penalty("0.2"), @r#"
error: segment.bus.backlog_penalty: must be a text, not a number
  --> a.toml:36:19
   |
36 | backlog_penalty = 0.2
   |                   ^^^
   |
   = help: write for example "20% per 1M": a fifth more for each million messages

1 problem
"#);
    assert_snapshot!(penalty("\"20% per 0\""), @r#"
error: segment.bus.backlog_penalty: a penalty per less than one message is impossible
  --> a.toml:36:19
   |
36 | backlog_penalty = "20% per 0"
   |                   ^^^^^^^^^^^
   |
   = help: write for example "20% per 1M": a fifth more for each million messages

1 problem
"#);
    for hostile in ["-5% per 1M", "nan% per 1", "1e308% per 1", "20% per 1e-300", "20% per", "% per 1", "20 per 1M"] {
        assert!(penalty(&format!("\"{hostile}\"")).contains("is not a share per count"), "{hostile}");
    }
}

/// The price of an operation is what grows.
#[test]
fn a_penalty_on_nothing() {
    let text = changed("cost = { receive = \"180us\" }", "backlog_penalty = \"20% per 1M\"");
    assert_snapshot!(seen(load_text(&text)), @r#"
error: segment.bus.backlog_penalty has no effect because no operation costs anything here
  --> a.toml:36:1
   |
36 | backlog_penalty = "20% per 1M"
   | ^^^^^^^^^^^^^^^
   |
   = help: add for example cost = { receive = "180us" }, or remove it

1 problem
"#);
}
