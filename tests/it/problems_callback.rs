//! What a person sees who writes something impossible around callbacks and failing attempts.

use crate::scenario_help::{changed, load_set, load_text, seen};
use insta::assert_snapshot;

fn callback(keys: &str) -> String {
    seen(load_text(&changed("retries = 3", &format!("retries = 3\n{keys}"))))
}

#[test]
fn a_breaker_says_both_numbers() {
    assert_snapshot!(callback("breaker = { failures = 0 }"), @r#"
error: subscriber.profile.callback.breaker needs `open_for`
  --> a.toml:59:1
   |
59 | breaker = { failures = 0 }
   | ^^^^^^^
   |
   = help: write for example: breaker = { failures = 20, open_for = "30s" }

error: subscriber.profile.callback.breaker.failures: 0 is too small
  --> a.toml:59:24
   |
59 | breaker = { failures = 0 }
   |                        ^
   |
   = help: write a whole number from 1

2 problems
"#);
}

#[test]
fn a_breaker_needs_calls_that_can_fail() {
    assert_snapshot!(seen(load_text(&changed("timeout = \"2s\"\nretries = 3", "breaker = { failures = 20, open_for = \"30s\" }"))), @r#"
error: subscriber.profile.callback.breaker has no effect because no call can fail: there is no `timeout`, and the system of record has no `max_waiting` and is never down
  --> a.toml:57:1
   |
57 | breaker = { failures = 20, open_for = "30s" }
   | ^^^^^^^
   |
   = help: add for example timeout = "2s", or remove it

1 problem
"#);
}

#[test]
fn a_breaker_before_attempts_without_time() {
    let text = changed("work = \"exp(20ms)\"\n\n[subscriber.profile.callback]", "[subscriber.profile.callback]")
        .replace("zone = \"gate\"", "zone = \"hall\"")
        .replace("retries = 3", "breaker = { failures = 20, open_for = \"30s\" }");
    assert_snapshot!(seen(load_text(&text)), @r#"
error: subscriber.profile.callback: a message that fails is delivered again at once, and so for ever, as nothing in an attempt takes a microsecond
  --> a.toml:54:21
   |
54 | [subscriber.profile.callback]
   |                     ^^^^^^^^
   |
   = help: write a `redelivery_delay` or `max_deliveries` of at most 1000 below `[subscriber.profile]`, or a `work` that takes time

1 problem
"#);
}

#[test]
fn a_cache_of_no_time() {
    assert_snapshot!(callback("cache = 0"), @r#"
error: subscriber.profile.callback.cache: no time at all is impossible here
  --> a.toml:59:9
   |
59 | cache = 0
   |         ^
   |
   = help: write a span longer than 0

1 problem
"#);
}

/// Every event has a resource of its own: no answer is asked for twice.
#[test]
fn nothing_to_share() {
    let text = changed("resources = 1000\n", "").replace("retries = 3", "cache = \"30s\"\ncoalesce = true");
    assert_snapshot!(seen(load_text(&text)), @r#"
error: subscriber.profile.callback.cache has no effect because every event that comes here has a resource of its own
  --> a.toml:57:1
   |
57 | cache = "30s"
   | ^^^^^
   |
   = help: give the event `resources` or a `lifecycle`, or remove it

error: subscriber.profile.callback.coalesce has no effect because every event that comes here has a resource of its own
  --> a.toml:58:1
   |
58 | coalesce = true
   | ^^^^^^^^
   |
   = help: give the event `resources` or a `lifecycle`, or remove it

2 problems
"#);
}

#[test]
fn poison_without_end() {
    let text = changed("from = \"changes\"\n", "from = \"changes\"\npoison = \"1%\"\n");
    assert_snapshot!(seen(load_text(&text)), @r#"
error: subscriber.profile.poison: a poison message would be delivered again for ever: nothing limits its deliveries
  --> a.toml:53:1
   |
53 | poison = "1%"
   | ^^^^^^
   |
   = help: write for example max_deliveries = 5 below `[subscriber.profile]`, and a `dead_letter` queue if they are to be kept

1 problem
"#);
    assert!(load_set(&text, &[("subscriber.profile.max_deliveries", "3")]).is_ok());
    assert!(load_set(&text, &[("subscriber.profile.poison", "0%")]).is_ok());
}
