//! What a person sees who writes something impossible around callbacks and failing attempts.

use crate::scenario_help::{changed, load_set, load_text, seen};
use insta::assert_snapshot;

fn callback(keys: &str) -> String {
    seen(load_text(&changed("retries = 3", &format!("retries = 3\n{keys}"))))
}

#[test]
fn a_breaker_says_both_numbers() {
    assert_snapshot!(callback("breaker = { failures = 0 }"), @r#""#);
}

#[test]
fn a_breaker_needs_calls_that_can_fail() {
    assert_snapshot!(seen(load_text(&changed("timeout = \"2s\"\nretries = 3", "breaker = { failures = 20, open_for = \"30s\" }"))), @r#""#);
}

#[test]
fn a_breaker_before_attempts_without_time() {
    let text = changed("work = \"exp(20ms)\"\n\n[subscriber.profile.callback]", "[subscriber.profile.callback]")
        .replace("zone = \"gate\"", "zone = \"hall\"")
        .replace("retries = 3", "breaker = { failures = 20, open_for = \"30s\" }");
    assert_snapshot!(seen(load_text(&text)), @r#""#);
}

#[test]
fn a_cache_of_no_time() {
    assert_snapshot!(callback("cache = 0"), @r#""#);
}

/// Every event has a resource of its own: no answer is asked for twice.
#[test]
fn nothing_to_share() {
    let text = changed("resources = 1000\n", "").replace("retries = 3", "cache = \"30s\"\ncoalesce = true");
    assert_snapshot!(seen(load_text(&text)), @r#""#);
}

#[test]
fn poison_without_end() {
    let text = changed("from = \"changes\"\n", "from = \"changes\"\npoison = \"1%\"\n");
    assert_snapshot!(seen(load_text(&text)), @r#""#);
    assert!(load_set(&text, &[("subscriber.profile.max_deliveries", "3")]).is_ok());
    assert!(load_set(&text, &[("subscriber.profile.poison", "0%")]).is_ok());
}
