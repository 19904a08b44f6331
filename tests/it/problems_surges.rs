//! Problems of `[[surge]]` and `weekly`, as a person sees them.

use crate::scenario_help::{changed, load_text, seen, with};
use insta::assert_snapshot;

fn surge(keys: &str) -> String {
    seen(load_text(&with(&format!("[[surge]]\n{keys}\n"))))
}

fn arrivals(keys: &str, surge: &str) -> String {
    seen(load_text(&format!("{}\n[[surge]]\n{surge}\n", changed("rate = \"35/s\"", keys))))
}

#[test]
fn fine_surges() {
    for at in ["00:20", "0", "30m", "00:59"] {
        assert_eq!(surge(&format!("event = \"changed\"\nat = \"{at}\"\nfor = \"2h\"\nfactor = 0")), "no problem");
    }
    let whole_day = "event = \"changed\"\nat = 0\nfor = \"1m\"\nfactor = 2.5";
    for keys in ["arrivals = \"gaps(exp(1s))\"", "rate = \"3/s\"\narrivals = \"sine(amplitude=80%, period=24h)\"", "rate = \"35/s\""] {
        assert_eq!(arrivals(&format!("{keys}\nweekly = [1,1,1,1,1,0,0]"), whole_day), "no problem");
    }
}

#[test]
fn an_empty_surge() {
    assert_snapshot!(surge(""), @r#"
error: surge.0 needs `event`
  --> a.toml:67:1
   |
67 | [[surge]]
   | ^^^^^^^^^
   |
   = help: write for example: event = "ticket_changed"

error: surge.0 needs `at`
  --> a.toml:67:1
   |
67 | [[surge]]
   | ^^^^^^^^^
   |
   = help: write for example: at = "19:00", or a span from the start such as "34h"

error: surge.0 needs `for`
  --> a.toml:67:1
   |
67 | [[surge]]
   | ^^^^^^^^^
   |
   = help: write for example: for = "30m"

error: surge.0 needs `factor`
  --> a.toml:67:1
   |
67 | [[surge]]
   | ^^^^^^^^^
   |
   = help: write for example: factor = 4

4 problems
"#);
}

#[test]
fn a_surge_of_nothing_known() {
    assert_snapshot!(surge("event = \"chnged\"\nat = \"25:00\"\nfor = \"0s\"\nfactor = -1\nfactr = 2"), @r#"
error: surge.0.event: there is no event `chnged`
  --> a.toml:68:9
   |
68 | event = "chnged"
   |         ^^^^^^^^
   |
   = help: did you mean `changed`?

error: surge.0.at: "25:00" is not a time of day
  --> a.toml:69:6
   |
69 | at = "25:00"
   |      ^^^^^^^
   |
   = help: write for example "10:30", or a span from the start such as "34h"

error: surge.0.for: no time at all is impossible here
  --> a.toml:70:7
   |
70 | for = "0s"
   |       ^^^^
   |
   = help: write a span longer than 0

error: surge.0.factor: -1 is impossible here
  --> a.toml:71:10
   |
71 | factor = -1
   |          ^^
   |
   = help: write a number from 0 to 1000000

error: `surge.0` has no key `factr`
  --> a.toml:72:1
   |
72 | factr = 2
   | ^^^^^
   |
   = help: did you mean `factor`?

5 problems
"#);
}

#[test]
fn a_surge_after_the_end() {
    assert_snapshot!(surge("event = \"changed\"\nat = \"01:00\"\nfor = \"30m\"\nfactor = 4"), @r#"
error: surge.0.at: 1h is not before the horizon of 1h
  --> a.toml:69:6
   |
69 | at = "01:00"
   |      ^^^^^^^
   |
   = help: write an earlier one, or a longer `horizon` in [run]

1 problem
"#);
}

#[test]
fn a_surge_as_a_table() {
    assert_snapshot!(seen(load_text(&with("[surge]\nevent = \"changed\"\n"))), @r#"
error: surge must be a list of tables, not a table
  --> a.toml:67:1
   |
67 | [surge]
   | ^^^^^^^
   |
   = help: write for example: [[surge]] with event, at, for and factor below it

1 problem
"#);
}

#[test]
fn surges_as_texts() {
    assert_snapshot!(seen(load_text(&format!("surge = [\"changed\"]\n{}", with("")))), @r#"
error: surge must be a list of tables, not a text
 --> a.toml:1:10
  |
1 | surge = ["changed"]
  |          ^^^^^^^^^
  |
  = help: write for example: [[surge]] with event, at, for and factor below it

1 problem
"#);
}

#[test]
fn a_surge_of_what_says_itself_when_it_comes() {
    let text = changed("rate = \"35/s\"", "arrivals = \"mmpp(2/s for 20s, 0.2/s for 50s)\"\nweekly = [1,1,1,1,1,1,1]");
    assert_snapshot!(seen(load_text(&format!("{text}\n[[surge]]\nevent = \"changed\"\nat = 0\nfor = \"1m\"\nfactor = 2\n"))), @r#"
error: event.changed.weekly has no effect because the `arrivals` say themselves when events come
  --> a.toml:23:1
   |
23 | weekly = [1,1,1,1,1,1,1]
   | ^^^^^^
   |
   = help: remove one of the two

error: surge.0.event: the event's `arrivals` say themselves when it comes
  --> a.toml:70:9
   |
70 | event = "changed"
   |         ^^^^^^^^^
   |
   = help: name another event, or give that one a `rate`

2 problems
"#);
}

#[test]
fn a_surge_of_nothing() {
    let hours = "[0,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]";
    assert_snapshot!(arrivals(&format!("rate = \"35/s\"\nhourly = {hours}"), "event = \"changed\"\nat = 0\nfor = \"40m\"\nfactor = 2"), @r#"
error: surge.0.factor has no effect because the event has no weight in `hourly` or `weekly` during the surge
  --> a.toml:73:1
   |
73 | factor = 2
   | ^^^^^^
   |
   = help: write another time, or other weights

1 problem
"#);
}

#[test]
fn a_surge_without_a_day() {
    let text = with("[[surge]]\nevent = \"changed\"\nat = 0\nfor = \"1m\"\nfactor = 2\n").replace("[run]", "[run]\nkind = \"steady\"");
    assert_snapshot!(seen(load_text(&text)), @r#"
error: surge.0.event: a surge has no steady state, and run.kind is "steady"
  --> a.toml:69:9
   |
69 | event = "changed"
   |         ^^^^^^^^^
   |
   = help: remove the surge, or write kind = "day"

1 problem
"#);
}

#[test]
fn a_surge_that_never_ends() {
    assert_snapshot!(arrivals("rate = \"100M/s\"", "event = \"changed\"\nat = 0\nfor = \"1h\"\nfactor = 10"), @r#"
error: event.changed.rate: about 3.6e13 events come in 10 replications of 1h, and a study of more than 1e11 would not end
  --> a.toml:22:1
   |
22 | rate = "100M/s"
   | ^^^^
   |
   = help: write a lower rate, a shorter `horizon` or fewer `replications` in [run]

1 problem
"#);
}

#[test]
fn weekly_short() {
    assert_snapshot!(seen(load_text(&changed("rate = \"35/s\"", "rate = \"35/s\"\nweekly = [1, 2]"))), @r#"
error: event.changed.weekly: 2 weights for the 7 days of a week
  --> a.toml:23:10
   |
23 | weekly = [1, 2]
   |          ^^^^^^
   |
   = help: write 7 numbers, the first for the first day of the run, which is a Monday

1 problem
"#);
}

#[test]
fn weekly_without_a_week() {
    let text = changed("rate = \"35/s\"", "rate = \"35/s\"\nweekly = [1,1,1,1,1,0,0]").replace("[run]", "[run]\nkind = \"steady\"");
    assert_snapshot!(seen(load_text(&text)), @r#"
error: event.changed.weekly: a profile of the week has no steady state, and run.kind is "steady"
  --> a.toml:24:1
   |
24 | weekly = [1,1,1,1,1,0,0]
   | ^^^^^^
   |
   = help: remove `weekly`, or write kind = "day"

1 problem
"#);
}
