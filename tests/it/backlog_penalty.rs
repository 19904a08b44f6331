//! A deep backlog makes every operation dearer.

use crate::run_help::{point, run};

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
    // The last one comes at the 50th second, or at its half, and is cut at the end of the run where it takes longer.
    let full = 50.0 * 0.1 + 0.1 * ready / 10.0;
    let plain = utilization("") * 50.5;
    assert!((plain - 5.0).abs() < 1e-6, "{plain}");
    for penalty in ["100% per 10", "10% per 1", "10000% per 1K", "10000000% per 1M"] {
        let busy = utilization(&format!("backlog_penalty = \"{penalty}\"")) * 50.5;
        let cut = (0.1 * (1.0 + 4.8) - 0.5_f64).max(0.0);
        assert!((busy - full).abs() < 1e-6 || (busy - (full - cut)).abs() < 1e-6, "{penalty}: busy {busy} s, expected {full}");
    }
}
