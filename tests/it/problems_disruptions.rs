//! Problems of `[[disruption]]`, as a person sees them.

use crate::scenario_help::{load_text, seen, with};
use insta::assert_snapshot;

fn disruption(keys: &str) -> String {
    seen(load_text(&with(&format!("[[disruption]]\n{keys}\n"))))
}

const WHEN: &str = "at = \"00:10\"\nfor = \"5m\"";

#[test]
fn fine_disruptions() {
    for what in ["subscriber.billing\"\nkind = \"down", "segment.bus\"\nkind = \"down", "sor.registry\"\nkind = \"slow\"\nfactor = \"3"] {
        let keys = format!("what = \"{what}\"\n{WHEN}").replace("\"3\"", "3");
        assert_eq!(disruption(&keys), "no problem");
        assert_eq!(disruption(&keys.replace("at = \"00:10\"\nfor = \"5m\"", "every = \"exp(10m)\"\nfor = \"exp(1m)\"")), "no problem");
    }
}

#[test]
fn an_empty_disruption() {
    assert_snapshot!(disruption(""), @r#"
error: disruption.0 needs `what`
  --> a.toml:67:1
   |
67 | [[disruption]]
   | ^^^^^^^^^^^^^^
   |
   = help: write for example: what = "subscriber.guest_profile", or a segment, sor or link, or one consumer: "subscriber.guest_profile.consumer.2"

error: disruption.0 needs `kind`
  --> a.toml:67:1
   |
67 | [[disruption]]
   | ^^^^^^^^^^^^^^
   |
   = help: write for example: kind = "down", or "slow" with a factor, or "lossy" with a loss

error: disruption.0 needs `at`
  --> a.toml:67:1
   |
67 | [[disruption]]
   | ^^^^^^^^^^^^^^
   |
   = help: write for example: at = "11:00" for a single one, or every = "exp(30d)" from the end of one to the start of the next

3 problems
"#);
}

#[test]
fn nothing_that_can_be_disrupted() {
    assert_snapshot!(disruption(&format!("what = \"topic.news\"\nkind = \"down\"\n{WHEN}")), @r#"
error: disruption.0.what: "topic.news" is nothing that can be disrupted
  --> a.toml:68:8
   |
68 | what = "topic.news"
   |        ^^^^^^^^^^^^
   |
   = help: write for example: what = "subscriber.guest_profile", or a segment, sor or link, or one consumer: "subscriber.guest_profile.consumer.2"

1 problem
"#);
}

#[test]
fn a_name_that_is_nearly_right() {
    assert_snapshot!(disruption(&format!("what = \"subscriber.biling\"\nkind = \"down\"\n{WHEN}")), @r#"
error: disruption.0.what: there is no subscriber `biling`
  --> a.toml:68:8
   |
68 | what = "subscriber.biling"
   |        ^^^^^^^^^^^^^^^^^^^
   |
   = help: did you mean `billing`?

1 problem
"#);
}

#[test]
fn a_consumer_too_many() {
    assert_snapshot!(disruption(&format!("what = \"subscriber.billing.consumer.7\"\nkind = \"down\"\n{WHEN}")), @r#"
error: disruption.0.what: `billing` has no consumer 7
  --> a.toml:68:8
   |
68 | what = "subscriber.billing.consumer.7"
   |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: its consumers are counted from 1 to 1

1 problem
"#);
}

#[test]
fn slow_without_a_factor_and_down_with_one() {
    assert_snapshot!(disruption(&format!("what = \"subscriber.billing\"\nkind = \"slow\"\n{WHEN}")), @r#"
error: disruption.0 needs `factor`
  --> a.toml:67:1
   |
67 | [[disruption]]
   | ^^^^^^^^^^^^^^
   |
   = help: write for example: factor = 3, by which everything takes longer

1 problem
"#);
    assert_snapshot!(disruption(&format!("what = \"subscriber.billing\"\nkind = \"down\"\nfactor = 3\n{WHEN}")), @r#"
error: disruption.0.factor has no effect because only what is "slow" has a factor
  --> a.toml:70:1
   |
70 | factor = 3
   | ^^^^^^
   |
   = help: write kind = "slow", or remove it

1 problem
"#);
}

#[test]
fn only_links_are_lossy() {
    assert_snapshot!(disruption(&format!("what = \"segment.bus\"\nkind = \"lossy\"\nloss = \"5%\"\n{WHEN}")), @r#"
error: disruption.0.kind: only a link can be lossy
  --> a.toml:69:8
   |
69 | kind = "lossy"
   |        ^^^^^^^
   |
   = help: write "down" or "slow", or disrupt a link

1 problem
"#);
}

#[test]
fn once_and_again_and_again() {
    let keys = "what = \"segment.bus\"\nkind = \"down\"\nat = \"00:10\"\nevery = \"exp(10m)\"\nfor = \"5m\"";
    assert_snapshot!(disruption(keys), @r#"
error: disruption.0.every: a disruption comes once (`at`) or again and again (`every`)
  --> a.toml:71:9
   |
71 | every = "exp(10m)"
   |         ^^^^^^^^^^
   |
   = help: remove one of the two

1 problem
"#);
}

#[test]
fn after_the_end() {
    assert_snapshot!(disruption("what = \"segment.bus\"\nkind = \"down\"\nat = \"900h\"\nfor = \"5m\""), @r#"
error: disruption.0.at: it would begin at 900h, and the run ends at its horizon of 1h
  --> a.toml:70:6
   |
70 | at = "900h"
   |      ^^^^^^
   |
   = help: write an earlier one, or a longer `horizon` in [run]

1 problem
"#);
}

#[test]
fn a_length_of_chance_at_a_given_time() {
    assert_snapshot!(disruption("what = \"segment.bus\"\nkind = \"down\"\nat = \"00:10\"\nfor = \"exp(5m)\""), @r#"
error: disruption.0.for: a disruption at a given time lasts a given span
  --> a.toml:71:7
   |
71 | for = "exp(5m)"
   |       ^^^^^^^^^
   |
   = help: write for example "2h"; random ones have `every` instead of `at`

1 problem
"#);
}

#[test]
fn more_often_than_a_run_could_bear() {
    assert_snapshot!(disruption("what = \"segment.bus\"\nkind = \"down\"\nevery = \"1us\"\nfor = \"1us\""), @r#"
error: disruption.0.every: about 1800000000 times within the horizon of 1h would not end
  --> a.toml:70:9
   |
70 | every = "1us"
   |         ^^^^^
   |
   = help: write a longer span, or a shorter `horizon` in [run]

1 problem
"#);
}
