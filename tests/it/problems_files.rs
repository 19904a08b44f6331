//! Problems that need more than one file: `extends`, overrides, data files.

use crate::scenario_help::{BASE, changed, load_set, seen};
use busload::scenario::{MemoryFiles, load};
use insta::assert_snapshot;

fn files(files: &[(&str, &str)]) -> String {
    let mut memory = MemoryFiles::default();
    for (name, text) in files {
        memory = memory.with(name, *text);
    }
    seen(load(files[0].0, &mut memory, &[]))
}

fn set(path: &str, value: &str) -> String {
    seen(load_set(BASE, &[(path, value)]))
}

fn trace(csv: &str, arrivals: &str) -> String {
    files(&[("a.toml", &changed("rate = \"35/s\"", &format!("arrivals = '{arrivals}'"))), ("day.csv", csv)])
}

#[test]
fn missing_file() {
    assert_snapshot!(seen(load("none.toml", &mut MemoryFiles::default(), &[])), @r#"
error: "none.toml" does not exist

1 problem
"#);
}

#[test]
fn extends_nothing() {
    assert_snapshot!(files(&[("a.toml", "extends = \"b.toml\"\n")]), @r#"
error: extends: "b.toml" does not exist
 --> a.toml:1:11
  |
1 | extends = "b.toml"
  |           ^^^^^^^^
  |
  = help: the path is relative to this file

1 problem
"#);
}

#[test]
fn extends_itself() {
    assert_snapshot!(files(&[("x/a.toml", "extends = \"../x/a.toml\"\n")]), @r#"
error: extends: the file extends itself
 --> x/a.toml:1:11
  |
1 | extends = "../x/a.toml"
  |           ^^^^^^^^^^^^^
  |
  = help: name another file, or remove `extends`

1 problem
"#);
}

#[test]
fn extends_in_a_circle() {
    assert_snapshot!(files(&[("a.toml", "extends = \"b.toml\"\n"), ("b.toml", "\n\nextends = \"a.toml\"\n")]), @r#"
error: extends: these files extend each other in a circle: a.toml -> b.toml -> a.toml
 --> b.toml:3:11
  |
3 | extends = "a.toml"
  |           ^^^^^^^^
  |
  = help: remove one `extends`

1 problem
"#);
}

#[test]
fn extends_by_a_number() {
    assert_snapshot!(files(&[("a.toml", &format!("extends = 5\n{BASE}"))]), @r#"
error: extends: must be a text, not a number
 --> a.toml:1:11
  |
1 | extends = 5
  |           ^
  |
  = help: write it in double quotes

1 problem
"#);
}

#[test]
fn the_caret_points_into_the_file_that_says_it() {
    let base = changed("threads = 2", "thread = 2");
    assert_snapshot!(files(&[("a.toml", "extends = \"base.toml\"\n[sor.registry]\nworkers = \"x\"\n"), ("base.toml", &base)]), @r#"
error: sor.registry.workers: must be a whole number, not a text
 --> a.toml:3:11
  |
3 | workers = "x"
  |           ^^^
  |
  = help: write a whole number from 1 to 100000

error: `segment.bus` has no key `thread`
  --> base.toml:35:1
   |
35 | thread = 2
   | ^^^^^^
   |
   = help: did you mean `threads`?

2 problems
"#);
}

#[test]
fn set_an_unknown_entity() {
    assert_snapshot!(set("sor.registri.workers", "16"), @r#"
error: sor.registri.workers: there is no sor `registri`
 --> --set:1:5
  |
1 | sor.registri.workers=16
  |     ^^^^^^^^
  |
  = help: did you mean `registry`?

1 problem
"#);
}

#[test]
fn set_an_unknown_key() {
    assert_snapshot!(set("sor.registry.wrokers", "16"), @r#"
error: `sor.registry` has no key `wrokers`
 --> --set:1:14
  |
1 | sor.registry.wrokers=16
  |              ^^^^^^^
  |
  = help: did you mean `workers`?

1 problem
"#);
}

#[test]
fn set_an_unknown_section() {
    assert_snapshot!(set("sors.registry.workers", "16"), @r#"
error: the scenario has no key `sors`
 --> --set:1:1
  |
1 | sors.registry.workers=16
  | ^^^^
  |
  = help: did you mean `sor`?

1 problem
"#);
}

#[test]
fn set_a_section_far_from_all() {
    assert_snapshot!(set("a.b", "3"), @r#"
error: the scenario has no key `a`
 --> --set:1:1
  |
1 | a.b=3
  | ^
  |
  = help: possible here: `title`, `question`, `extends`, `run`, `event`, `surge`, `feed`, `zone`, `link`, `sor`, `segment`, `topic`, `queue`, `subscriber`, `poller`, `growth`, `load`, `disruption`, `price`, `objective` and `assumption`

1 problem
"#);
}

#[test]
fn set_a_wrong_value() {
    assert_snapshot!(set("sor.registry.workers", "many"), @r#"
error: sor.registry.workers: must be a whole number, not a text
 --> --set:1:22
  |
1 | sor.registry.workers=many
  |                      ^^^^
  |
  = help: write a whole number from 1 to 100000

1 problem
"#);
}

#[test]
fn set_half_an_array() {
    assert_snapshot!(set("event.changed.kinds", "[\"create\""), @r#"
error: event.changed.kinds: this value is not TOML
 --> --set:1:21
  |
1 | event.changed.kinds=["create"
  |                     ^^^^^^^^^
  |
  = help: close every quote and bracket; a value that begins with one of them is read as TOML

1 problem
"#);
}

#[test]
fn set_a_missing_element() {
    assert_snapshot!(set("event.changed.kinds.7", "made"), @r#"
error: event.changed.kinds.7: `kinds` has the elements 0 to 1, not `7`
 --> --set:1:21
  |
1 | event.changed.kinds.7=made
  |                     ^
  |
  = help: elements are counted from 0

1 problem
"#);
}

#[test]
fn set_below_a_number() {
    assert_snapshot!(set("sor.registry.workers.at_night", "2"), @r#"
error: sor.registry.workers.at_night: `workers` is a number and has no keys
 --> --set:1:14
  |
1 | sor.registry.workers.at_night=2
  |              ^^^^^^^
  |
  = help: set it as a whole

1 problem
"#);
}

#[test]
fn set_no_path() {
    assert_snapshot!(set("sor..workers", "2"), @r#"
error: "sor..workers" is not a path
 --> --set:1:1
  |
1 | sor..workers=2
  | ^^^^^^^^^^^^
  |
  = help: write names with dots between, as sor.ticketing.workers=16

1 problem
"#);
}

#[test]
fn set_an_unknown_zone() {
    assert_snapshot!(set("zone.gat.latency", "2ms"), @r#"
error: zone.gat.latency: there is no zone `gat`
 --> --set:1:6
  |
1 | zone.gat.latency=2ms
  |      ^^^
  |
  = help: did you mean `gate`?

1 problem
"#);
}

#[test]
fn trace_with_a_bad_number() {
    assert_snapshot!(trace("seq,sent\n1,0.5\n2,late\n", "trace(day.csv, column=sent)"), @r#"
error: event.changed.arrivals: "late" is not a number
 --> day.csv:3:1
  |
3 | 2,late
  | ^^^^^^
  |
  = help: correct the row, or leave it out with where=

1 problem
"#);
}

#[test]
fn trace_with_a_negative_time() {
    assert_snapshot!(trace("seq,sent\n1,-0.5\n", "trace(day.csv, column=sent)"), @r#"
error: event.changed.arrivals: -0.5 is impossible here
 --> day.csv:2:1
  |
2 | 1,-0.5
  | ^^^^^^
  |
  = help: correct the row, or leave it out with where=

1 problem
"#);
}

#[test]
fn trace_with_a_short_row() {
    assert_snapshot!(trace("seq,sent\n1,0.5\n2\n", "trace(day.csv, column=sent)"), @r#"
error: event.changed.arrivals: this row has no column 2
 --> day.csv:3:1
  |
3 | 2
  | ^
  |
  = help: complete or remove it

1 problem
"#);
}

#[test]
fn trace_with_a_decimal_comma() {
    assert_snapshot!(trace("seq,sent\n1,0,5\n", "trace(day.csv, column=sent)"), @r#"
error: event.changed.arrivals: this row has 3 fields, where the file's first has 2 columns
 --> day.csv:2:1
  |
2 | 1,0,5
  | ^^^^^
  |
  = help: write decimals with a point, and text with commas in it in quotes

1 problem
"#);
}

#[test]
fn trace_with_an_open_quote() {
    assert_snapshot!(trace("seq,sent\n\"1,0.5\n", "trace(day.csv, column=sent)"), @r#"
error: event.changed.arrivals: a quote in this row is not closed
 --> day.csv:2:1
  |
2 | "1,0.5
  | ^^^^^^
  |
  = help: close it in the same line, or leave quotes out

1 problem
"#);
}

#[test]
fn trace_with_two_columns_of_one_name() {
    assert_snapshot!(trace("sent,seq,sent\n1,2,3\n", "trace(day.csv, column=sent)"), @r#"
error: event.changed.arrivals: columns 1 and 3 of "day.csv" are both named "sent"
  --> a.toml:22:35
   |
22 | arrivals = 'trace(day.csv, column=sent)'
   |                                   ^^^^
   |
   = help: rename one of them in the file's header

1 problem
"#);
}

#[test]
fn trace_without_the_column() {
    assert_snapshot!(trace("seq,sent\n1,0.5\n", "trace(day.csv, column=snt)"), @r#"
error: event.changed.arrivals: "day.csv" has no column "snt"
  --> a.toml:22:35
   |
22 | arrivals = 'trace(day.csv, column=snt)'
   |                                   ^^^
   |
   = help: did you mean `sent`?

1 problem
"#);
}

#[test]
fn trace_without_a_choice_of_column() {
    assert_snapshot!(trace("seq,sent\n1,0.5\n", "trace(day.csv)"), @r#"
error: event.changed.arrivals: "day.csv" has several columns: seq, sent
  --> a.toml:22:13
   |
22 | arrivals = 'trace(day.csv)'
   |             ^^^^^^^^^^^^^^
   |
   = help: say which with column=, as in trace(day.csv, column=sent_us, unit=us, key=seq)

1 problem
"#);
}

#[test]
fn trace_in_an_unknown_unit() {
    assert_snapshot!(trace("seq,sent\n1,0.5\n", "trace(day.csv, column=sent, unit=fortnights)"), @r#"
error: event.changed.arrivals: "fortnights" is not a unit of time
  --> a.toml:22:46
   |
22 | arrivals = 'trace(day.csv, column=sent, unit=fortnights)'
   |                                              ^^^^^^^^^^
   |
   = help: write ns, us, ms, s, m, h or d

1 problem
"#);
}

#[test]
fn trace_without_line_ends() {
    assert_snapshot!(trace(&format!("seq,sent\n1,0.5\n{}", "7,".repeat(1 << 20)), "trace(day.csv, column=sent)"), @r#"
error: event.changed.arrivals: "day.csv" has a line of more than 1048576 bytes, line 3
  --> a.toml:22:12
   |
22 | arrivals = 'trace(day.csv, column=sent)'
   |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: a data file has a row in each line

1 problem
"#);
}

#[test]
fn trace_that_keeps_no_row() {
    assert_snapshot!(trace("seq,sent\n1,0.5\n", "trace(day.csv, column=sent, where=\"seq=9\")"), @r#"
error: event.changed.arrivals: "day.csv" has no rows to read
  --> a.toml:22:12
   |
22 | arrivals = 'trace(day.csv, column=sent, where="seq=9")'
   |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: look at the file, and at where= if it is given

1 problem
"#);
}

#[test]
fn trace_with_an_unknown_option() {
    assert_snapshot!(trace("seq,sent\n1,0.5\n", "trace(day.csv, colum=sent)"), @r#"
error: event.changed.arrivals: trace takes no `colum`
  --> a.toml:22:34
   |
22 | arrivals = 'trace(day.csv, colum=sent)'
   |                                  ^^^^
   |
   = help: did you mean `column`?

1 problem
"#);
}

#[test]
fn trace_beyond_the_horizon() {
    assert_snapshot!(trace("seq,sent\n1,1700000000\n", "trace(day.csv, column=sent)"), @r#"
error: event.changed.arrivals: the first row is at 1700000000s, after the horizon of 1h
  --> a.toml:22:1
   |
22 | arrivals = 'trace(day.csv, column=sent)'
   | ^^^^^^^^
   |
   = help: a trace counts from the start of the run; look at its unit= and its column=

1 problem
"#);
}

#[test]
fn trace_as_work_with_a_number_twice() {
    let text = changed("work = \"exp(20ms)\"", "work = \"trace(day.csv, column=took, key=seq)\"");
    assert_snapshot!(files(&[("a.toml", &text), ("day.csv", "seq,took\n1,0.5\n1,0.7\n")]), @r#"
error: subscriber.profile.work: the number 1 stands in two rows, lines 2 and 3
  --> a.toml:54:8
   |
54 | work = "trace(day.csv, column=took, key=seq)"
   |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: keep one row a message with where="column=value"

1 problem
"#);
}

#[test]
fn trace_as_work_without_a_key() {
    let text = changed("work = \"exp(20ms)\"", "work = \"trace(day.csv, column=took)\"");
    assert_snapshot!(files(&[("a.toml", &text), ("day.csv", "seq,took\n1,0.5\n")]), @r#"
error: subscriber.profile.work: trace needs `key`, the column with each message's number
  --> a.toml:54:9
   |
54 | work = "trace(day.csv, column=took)"
   |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: write it as trace(day.csv, column=service_us, unit=us, key=seq, else="exp(5ms)")

1 problem
"#);
}

#[test]
fn set_extends() {
    assert_snapshot!(set("extends", "base.toml"), @r#"
error: extends: can't be overridden, as overrides come after it
 --> --set:1:1
  |
1 | extends=base.toml
  | ^^^^^^^
  |
  = help: name another file instead

1 problem
"#);
}
