//! Every problem as the full text a person sees. Read them: is it clear what to do?

use crate::scenario_help::{BASE, changed, load_text, seen, with};
use insta::assert_snapshot;

#[test]
fn unknown_section() {
    assert_snapshot!(seen(load_text(&with("[subscribr.x]\nfrom = \"changes\"\n"))), @r#"
error: the scenario has no key `subscribr`
  --> a.toml:67:2
   |
67 | [subscribr.x]
   |  ^^^^^^^^^
   |
   = help: did you mean `subscriber`?

1 problem
"#);
}

#[test]
fn unknown_key() {
    assert_snapshot!(seen(load_text(&changed("threads = 2", "thread = 2"))), @r#"
error: `segment.bus` has no key `thread`
  --> a.toml:35:1
   |
35 | thread = 2
   | ^^^^^^
   |
   = help: did you mean `threads`?

1 problem
"#);
}

#[test]
fn unknown_key_far() {
    assert_snapshot!(seen(load_text(&changed("threads = 2", "color = 2"))), @r#"
error: `segment.bus` has no key `color`
  --> a.toml:35:1
   |
35 | color = 2
   | ^^^^^
   |
   = help: possible here: `zone`, `threads`, `cost`, `persist`, `memory` and `backlog_penalty`

1 problem
"#);
}

#[test]
fn bad_unit() {
    assert_snapshot!(seen(load_text(&changed("own_load = \"30/s\"", "own_load = \"30\""))), @r#"
error: sor.registry.own_load: "30" does not say per what
  --> a.toml:16:12
   |
16 | own_load = "30"
   |            ^^^^
   |
   = help: write a count per span: "35/s", "500K/day", "2M/h", "120/min"

1 problem
"#);
}

#[test]
fn bare_number() {
    assert_snapshot!(seen(load_text(&changed("horizon = \"1h\"", "horizon = 3600"))), @r#"
error: run.horizon: a bare number has no unit
 --> a.toml:6:11
  |
6 | horizon = 3600
  |           ^^^^
  |
  = help: write it with its unit, in quotes: "250ms", "24h"

1 problem
"#);
}

#[test]
fn wrong_unit_in_distribution() {
    assert_snapshot!(seen(load_text(&changed("service = \"exp(20ms)\"", "service = \"2ms + exp(20parsecs)\""))), @r#"
error: sor.registry.service: "parsecs" is not a unit of time
  --> a.toml:15:22
   |
15 | service = "2ms + exp(20parsecs)"
   |                      ^^^^^^^^^
   |
   = help: write a span with its unit: "250ms", "1.5s", "90us", "10m", "24h", "2d"

1 problem
"#);
}

#[test]
fn unknown_distribution() {
    assert_snapshot!(seen(load_text(&changed("service = \"exp(20ms)\"", "service = \"lognorml(p50=2ms, p99=3ms)\""))), @r#"
error: sor.registry.service: there is no distribution "lognorml"
  --> a.toml:15:12
   |
15 | service = "lognorml(p50=2ms, p99=3ms)"
   |            ^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: did you mean lognormal(...)?

1 problem
"#);
}

#[test]
fn impossible_fit() {
    assert_snapshot!(seen(load_text(&changed("service = \"exp(20ms)\"", "service = \"lognormal(p50=20ms, p99=3ms)\""))), @r#"
error: sor.registry.service: the p99 3ms is below the p50 20ms
  --> a.toml:15:12
   |
15 | service = "lognormal(p50=20ms, p99=3ms)"
   |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: a higher percentile is never below a lower one

1 problem
"#);
}

#[test]
fn one_moment() {
    assert_snapshot!(seen(load_text(&changed("service = \"exp(20ms)\"", "service = \"lognormal(p50=20ms)\""))), @r#"
error: sor.registry.service: lognormal needs exactly two of mean, sd, cv, p50, p90, p95, p99; here are 1
  --> a.toml:15:12
   |
15 | service = "lognormal(p50=20ms)"
   |            ^^^^^^^^^^^^^^^^^^^
   |
   = help: write it as lognormal(p50=18ms, p99=120ms)

1 problem
"#);
}

#[test]
fn spread_beyond_what_a_run_can_meet() {
    assert_snapshot!(seen(load_text(&changed("service = \"exp(20ms)\"", "service = \"5ms + weibull(20ms, shape=0.05)\""))), @r#"
error: sor.registry.service: the standard deviation is 371K times its mean of 20 ms, which so comes of draws that are too rare for any run
  --> a.toml:15:18
   |
15 | service = "5ms + weibull(20ms, shape=0.05)"
   |                  ^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: write one with a coefficient of variation of at most 1000: nearer percentiles, a smaller cv or sd, a larger shape

1 problem
"#);
    let shown = seen(load_text(&changed("service = \"exp(20ms)\"", "service = \"lognormal(p50=1ms, p99=1000h)\"")));
    assert!(shown.contains("the standard deviation is more than a billion times its mean of"), "{shown}");
    load_text(&changed("service = \"exp(20ms)\"", "service = \"gamma(mean=20ms, cv=1000)\"")).unwrap();
}

#[test]
fn unknown_moment() {
    assert_snapshot!(seen(load_text(&changed("service = \"exp(20ms)\"", "service = \"gamma(p80=20ms, cv=1)\""))), @r#"
error: sor.registry.service: gamma takes no `p80`
  --> a.toml:15:12
   |
15 | service = "gamma(p80=20ms, cv=1)"
   |            ^^^^^^^^^^^^^^^^^^^^^
   |
   = help: write any two of mean, sd, cv, p50, p90, p95, p99

1 problem
"#);
}

#[test]
fn open_parenthesis() {
    assert_snapshot!(seen(load_text(&changed("service = \"exp(20ms)\"", "service = \"exp(20ms\""))), @r#"
error: sor.registry.service: "exp(20ms" does not end with its closing parenthesis
  --> a.toml:15:12
   |
15 | service = "exp(20ms"
   |            ^^^^^^^^
   |
   = help: write ) at the end

1 problem
"#);
}

#[test]
fn wrong_type() {
    assert_snapshot!(seen(load_text(&changed("workers = 4", "workers = \"four\""))), @r#"
error: sor.registry.workers: must be a whole number, not a text
  --> a.toml:14:11
   |
14 | workers = "four"
   |           ^^^^^^
   |
   = help: write a whole number from 1 to 100000

1 problem
"#);
}

#[test]
fn workers_zero() {
    assert_snapshot!(seen(load_text(&changed("workers = 4", "workers = 0"))), @r#"
error: sor.registry.workers: 0 is too small
  --> a.toml:14:11
   |
14 | workers = 0
   |           ^
   |
   = help: write a whole number from 1 to 100000

1 problem
"#);
}

#[test]
fn workers_negative() {
    assert_snapshot!(seen(load_text(&changed("workers = 4", "workers = -1"))), @r#"
error: sor.registry.workers: -1 is negative
  --> a.toml:14:11
   |
14 | workers = -1
   |           ^^
   |
   = help: write a whole number from 1 to 100000

1 problem
"#);
}

#[test]
fn workers_huge() {
    assert_snapshot!(seen(load_text(&changed("workers = 4", "workers = 99999999999999999999999999"))), @r#"
error: sor.registry.workers: this number is too large
  --> a.toml:14:11
   |
14 | workers = 99999999999999999999999999
   |           ^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: write a whole number from 1 to 100000

1 problem
"#);
}

#[test]
fn workers_fraction() {
    assert_snapshot!(seen(load_text(&changed("workers = 4", "workers = 2.5"))), @r#"
error: sor.registry.workers: 2.5 is not a whole number
  --> a.toml:14:11
   |
14 | workers = 2.5
   |           ^^^
   |
   = help: write a whole number from 1 to 100000

1 problem
"#);
}

#[test]
fn horizon_zero() {
    assert_snapshot!(seen(load_text(&changed("horizon = \"1h\"", "horizon = 0"))), @r#"
error: run.horizon: no time at all is impossible here
 --> a.toml:6:11
  |
6 | horizon = 0
  |           ^
  |
  = help: write a span longer than 0

1 problem
"#);
}

#[test]
fn horizon_long() {
    assert_snapshot!(seen(load_text(&changed("horizon = \"1h\"", "horizon = \"9999d\""))), @r#"
error: run.horizon: 9999d is too long
 --> a.toml:6:11
  |
6 | horizon = "9999d"
  |           ^^^^^^^
  |
  = help: write at most 3660d

1 problem
"#);
}

#[test]
fn switch() {
    assert_snapshot!(seen(load_text(&changed("weight = \"light\"", "weight = \"lihgt\""))), @r#"
error: event.changed.weight: "lihgt" is none of its values
  --> a.toml:23:10
   |
23 | weight = "lihgt"
   |          ^^^^^^^
   |
   = help: did you mean "light"?

1 problem
"#);
}

#[test]
fn switch_far() {
    assert_snapshot!(seen(load_text(&changed("weight = \"light\"", "weight = \"medium\""))), @r#"
error: event.changed.weight: "medium" is none of its values
  --> a.toml:23:10
   |
23 | weight = "medium"
   |          ^^^^^^^^
   |
   = help: possible here: "light", "heavy"

1 problem
"#);
}

#[test]
fn unknown_reference() {
    assert_snapshot!(seen(load_text(&changed("from = \"registry\"", "from = \"registri\""))), @r#"
error: event.changed.from: there is no system of record `registri`
  --> a.toml:20:8
   |
20 | from = "registri"
   |        ^^^^^^^^^^
   |
   = help: did you mean `registry`?

1 problem
"#);
}

#[test]
fn unknown_reference_far() {
    assert_snapshot!(seen(load_text(&changed("to = \"changes\"", "to = \"moon\""))), @r#"
error: event.changed.to: there is no topic or queue `moon`
  --> a.toml:21:6
   |
21 | to = "moon"
   |      ^^^^^^
   |
   = help: possible here: `changes`, `bills` and `dead`

1 problem
"#);
}

#[test]
fn missing_key() {
    assert_snapshot!(seen(load_text(&changed("from = \"registry\"\n", ""))), @r#"
error: event.changed needs `from`
  --> a.toml:19:8
   |
19 | [event.changed]
   |        ^^^^^^^
   |
   = help: write for example: from = "ticketing", a system of record

1 problem
"#);
}

#[test]
fn missing_rate() {
    assert_snapshot!(seen(load_text(&changed("rate = \"35/s\"\n", ""))), @r#"
error: event.changed needs `rate`
  --> a.toml:19:8
   |
19 | [event.changed]
   |        ^^^^^^^
   |
   = help: write for example: rate = "500K/day"

1 problem
"#);
}

#[test]
fn rate_and_own() {
    assert_snapshot!(seen(load_text(&changed("rate = \"35/s\"", "rate = \"35/s\"\narrivals = \"gaps(exp(1s))\""))), @r#"
error: event.changed.rate has no effect because the `arrivals` carry their own rate
  --> a.toml:22:1
   |
22 | rate = "35/s"
   | ^^^^
   |
   = help: remove one of the two

1 problem
"#);
}

#[test]
fn rate_zero() {
    assert_snapshot!(seen(load_text(&changed("rate = \"35/s\"", "rate = 0"))), @r#"
error: event.changed.rate: a rate of 0: nothing would ever come
  --> a.toml:22:8
   |
22 | rate = 0
   |        ^
   |
   = help: write for example "35/s", "500K/day"

1 problem
"#);
}

#[test]
fn bad_arrivals() {
    assert_snapshot!(seen(load_text(&changed("rate = \"35/s\"", "rate = \"35/s\"\narrivals = \"poison\""))), @r#"
error: event.changed.arrivals: there are no arrivals "poison"
  --> a.toml:23:12
   |
23 | arrivals = "poison"
   |            ^^^^^^^^
   |
   = help: did you mean poisson?

1 problem
"#);
}

#[test]
fn arrivals_without_their_values() {
    assert_snapshot!(seen(load_text(&changed("rate = \"35/s\"", "arrivals = \"trace\""))), @r#"
    error: event.changed.arrivals: trace needs its values
      --> a.toml:22:12
       |
    22 | arrivals = "trace"
       |            ^^^^^^^
       |
       = help: write for example gaps(exp(2s)), sine(amplitude=80%, period=24h), mmpp(2/s for 20s, 0.2/s for 50s) or trace(day.csv, column=sent_us, unit=us)

    1 problem
    "#);
}

#[test]
fn bad_mmpp() {
    assert_snapshot!(seen(load_text(&changed("rate = \"35/s\"", "arrivals = \"mmpp(2/s during 20s, 1/s for 3s)\""))), @r#"
error: event.changed.arrivals: "2/s during 20s" is not a phase
  --> a.toml:22:18
   |
22 | arrivals = "mmpp(2/s during 20s, 1/s for 3s)"
   |                  ^^^^^^^^^^^^^^
   |
   = help: write it as mmpp(2/s for 20s, 0.2/s for 50s)

1 problem
"#);
}

#[test]
fn hourly_short() {
    assert_snapshot!(seen(load_text(&changed("rate = \"35/s\"", "rate = \"35/s\"\nhourly = [1, 2]"))), @r#"
error: event.changed.hourly: 2 weights for the 24 hours of a day
  --> a.toml:23:10
   |
23 | hourly = [1, 2]
   |          ^^^^^^
   |
   = help: write 24 numbers, the first for the hour from 0:00 to 1:00

1 problem
"#);
}

#[test]
fn hourly_nan() {
    assert_snapshot!(seen(load_text(&changed("rate = \"35/s\"", "rate = \"35/s\"\nhourly = [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,nan]"))), @r#"
error: event.changed.hourly: NaN is impossible here
  --> a.toml:23:57
   |
23 | hourly = [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,nan]
   |                                                         ^^^
   |
   = help: write a number from 0 to 1000000000000

1 problem
"#);
}

#[test]
fn hourly_empty_day() {
    assert_snapshot!(seen(load_text(&changed("rate = \"35/s\"", "rate = \"35/s\"\nhourly = [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]"))), @r#"
error: event.changed.hourly: all weights are 0: nothing would ever come
  --> a.toml:23:10
   |
23 | hourly = [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]
   |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: write 24 numbers, the first for the hour from 0:00 to 1:00

1 problem
"#);
}

#[test]
fn two_profiles() {
    assert_snapshot!(seen(load_text(&changed("rate = \"35/s\"", "rate = \"35/s\"\narrivals = \"sine(amplitude=80%, period=24h)\"\nhourly = [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]"))), @r#"
error: event.changed.hourly: two profiles of the day, this one and the sine of `arrivals`
  --> a.toml:24:10
   |
24 | hourly = [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]
   |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: remove one of the two

1 problem
"#);
}

#[test]
fn steady_hourly() {
    assert_snapshot!(seen(load_text(&changed("rate = \"35/s\"", "rate = \"35/s\"\nhourly = [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]").replace("[run]", "[run]\nkind = \"steady\""))), @r#"
error: event.changed.hourly: a profile of the day has no steady state, and run.kind is "steady"
  --> a.toml:24:1
   |
24 | hourly = [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]
   | ^^^^^^
   |
   = help: remove `hourly`, or write kind = "day"

1 problem
"#);
}

#[test]
fn heavy_without_size() {
    assert_snapshot!(seen(load_text(&changed("rate = \"2/s\"", "rate = \"2/s\"\nweight = \"heavy\""))), @r#"
error: event.billed needs `size`
  --> a.toml:28:8
   |
28 | [event.billed]
   |        ^^^^^^
   |
   = help: write for example: size = { light = "300B", heavy = "4KiB" }; a heavy event carries its whole resource

1 problem
"#);
}

#[test]
fn heavy_without_heavy_size() {
    assert_snapshot!(seen(load_text(&changed("weight = \"light\"\nsize = { light = \"300B\", heavy = \"4KiB\" }", "weight = \"heavy\"\nsize = { light = \"300B\" }"))), @r#"
error: event.changed.size needs `heavy`
  --> a.toml:24:1
   |
24 | size = { light = "300B" }
   | ^^^^
   |
   = help: write for example: size = { light = "300B", heavy = "4KiB" }; the event's weight is "heavy"

1 problem
"#);
}

#[test]
fn size_as_text() {
    assert_snapshot!(seen(load_text(&changed("size = { light = \"300B\", heavy = \"4KiB\" }", "size = \"300B\""))), @r#"
error: event.changed.size must be a table, not a text
  --> a.toml:24:8
   |
24 | size = "300B"
   |        ^^^^^^
   |
   = help: write for example: size = { light = "300B", heavy = "4KiB" }

1 problem
"#);
}

#[test]
fn popularity_alone() {
    assert_snapshot!(seen(load_text(&changed("resources = 1000", "popularity = \"zipf(1.1)\""))), @r#"
error: event.changed.popularity has no effect because without `resources` every event has a resource of its own
  --> a.toml:26:1
   |
26 | popularity = "zipf(1.1)"
   | ^^^^^^^^^^
   |
   = help: add for example resources = 200_000, or remove it

1 problem
"#);
}

#[test]
fn priority() {
    assert_snapshot!(seen(load_text(&changed("resources = 1000", "priority = 10"))), @r#"
error: event.changed.priority: 10 is too large
  --> a.toml:26:12
   |
26 | priority = 10
   |            ^^
   |
   = help: write a whole number from 0 to 9

1 problem
"#);
}

#[test]
fn refused_drop_typo() {
    assert_snapshot!(seen(load_text(&changed("to = \"bills\"", "to = \"bills\"\nrefused = \"dorp\""))), @r#"
error: event.billed.refused has no effect because nothing on its way refuses: no queue or subscription there has a `max_length` or `max_bytes`, and its segment is never down
  --> a.toml:31:1
   |
31 | refused = "dorp"
   | ^^^^^^^
   |
   = help: set a limit there, or remove it

error: event.billed.refused: "dorp" is none of its values
  --> a.toml:31:11
   |
31 | refused = "dorp"
   |           ^^^^^^
   |
   = help: refused = { backoff = "exp(1s)", factor = 2, retries = 10 }, or refused = "drop"

2 problems
"#);
}

#[test]
fn refused_without_limit() {
    assert_snapshot!(seen(load_text(&changed("to = \"bills\"", "to = \"bills\"\nrefused = \"drop\""))), @r#"
error: event.billed.refused has no effect because nothing on its way refuses: no queue or subscription there has a `max_length` or `max_bytes`, and its segment is never down
  --> a.toml:31:1
   |
31 | refused = "drop"
   | ^^^^^^^
   |
   = help: set a limit there, or remove it

1 problem
"#);
}

#[test]
fn refused_no_retry() {
    assert_snapshot!(seen(load_text(&changed("to = \"bills\"", "to = \"bills\"\nrefused = { backoff = \"1s\", factor = 2, retries = 0 }").replace("[queue.bills]", "[queue.bills]\nmax_length = 5"))), @r#"
error: event.billed.refused.backoff has no effect because retries = 0
  --> a.toml:31:13
   |
31 | refused = { backoff = "1s", factor = 2, retries = 0 }
   |             ^^^^^^^
   |
   = help: allow a retry, or remove it

error: event.billed.refused.factor has no effect because it acts from the second retry on
  --> a.toml:31:29
   |
31 | refused = { backoff = "1s", factor = 2, retries = 0 }
   |                             ^^^^^^
   |
   = help: allow more retries, or remove it

2 problems
"#);
}

#[test]
fn bad_name() {
    assert_snapshot!(seen(load_text(&with("[queue.Bad-Name]\nsegment = \"bus\"\n"))), @r#"
error: `Bad-Name` can't be the name of a queue
  --> a.toml:67:8
   |
67 | [queue.Bad-Name]
   |        ^^^^^^^^
   |
   = help: a name begins with a lowercase letter and goes on with lowercase letters, digits and _

1 problem
"#);
}

#[test]
fn key_in_section() {
    assert_snapshot!(seen(load_text(&with("[queue]\nsegment = \"bus\"\n"))), @r#"
error: queue.segment must be a table
  --> a.toml:68:1
   |
68 | segment = "bus"
   | ^^^^^^^
   |
   = help: the section of a queue is `[queue.NAME]`, with its keys below

1 problem
"#);
}

#[test]
fn same_name() {
    assert_snapshot!(seen(load_text(&with("[queue.changes]\nsegment = \"bus\"\n"))), @r#"
error: `changes` is a topic and a queue
  --> a.toml:67:8
   |
67 | [queue.changes]
   |        ^^^^^^^
   |
   = help: give one of them another name: events and subscribers name them alike

1 problem
"#);
}

#[test]
fn no_link() {
    assert_snapshot!(seen(load_text(&changed("between = [\"hall\", \"gate\"]", "between = [\"hall\", \"yard\"]"))), @r#"
error: there is no link between the zones hall and gate, and the segment `bus` delivers to `profile`
  --> a.toml:51:1
   |
51 | zone = "gate"
   | ^^^^
   |
   = help: write `[link.NAME]` with between = ["hall", "gate"] and its latency

1 problem
"#);
}

#[test]
fn link_one_end() {
    assert_snapshot!(seen(load_text(&changed("between = [\"hall\", \"gate\"]", "between = [\"hall\"]"))), @r#"
error: link.wan.between: a link has two ends, not 1
 --> a.toml:9:11
  |
9 | between = ["hall"]
  |           ^^^^^^^^
  |
  = help: write two zones: ["datacenter", "park"]

1 problem
"#);
}

#[test]
fn link_same_end() {
    assert_snapshot!(seen(load_text(&changed("between = [\"hall\", \"gate\"]", "between = [\"hall\", \"hall\"]"))), @r#"
error: link.wan.between: both ends are the same zone
 --> a.toml:9:20
  |
9 | between = ["hall", "hall"]
  |                    ^^^^^^
  |
  = help: the distance within a zone is the zone's own `latency`

1 problem
"#);
}

#[test]
fn link_twice() {
    assert_snapshot!(seen(load_text(&with("[link.lan]\nbetween = [\"gate\", \"hall\"]\n"))), @r#"
error: link.lan: link `wan` is already between hall and gate
  --> a.toml:68:1
   |
68 | between = ["gate", "hall"]
   | ^^^^^^^
   |
   = help: one link connects two zones; merge the two

1 problem
"#);
}

#[test]
fn loss_all() {
    assert_snapshot!(seen(load_text(&changed("latency = \"12ms\"", "loss = \"100%\""))), @r#"
error: link.wan.loss: a link that loses everything never delivers
  --> a.toml:10:8
   |
10 | loss = "100%"
   |        ^^^^^^
   |
   = help: write a share below 100%

1 problem
"#);
}

#[test]
fn loss_more() {
    assert_snapshot!(seen(load_text(&changed("latency = \"12ms\"", "loss = 1.5"))), @r#"
error: link.wan.loss: 1.5 is not a share
  --> a.toml:10:8
   |
10 | loss = 1.5
   |        ^^^
   |
   = help: write a share from 0 to 1 as "70%" or 0.7

1 problem
"#);
}

#[test]
fn dead_letter_circle() {
    assert_snapshot!(seen(load_text(&changed("[queue.dead]\nsegment = \"bus\"", "[queue.dead]\nsegment = \"bus\"\nmax_length = 9\ndead_letter = \"bills\""))), @r#"
error: queue.bills.dead_letter: dead letters go in a circle: bills -> dead -> bills
  --> a.toml:45:1
   |
45 | dead_letter = "dead"
   | ^^^^^^^^^^^
   |
   = help: remove one of these dead_letter keys

1 problem
"#);
}

#[test]
fn dead_letter_other_segment() {
    assert_snapshot!(seen(load_text(&changed("[queue.dead]\nsegment = \"bus\"", "[queue.dead]\nsegment = \"tram\"\n[segment.tram]"))), @r#"
error: queue.bills.dead_letter: `dead` is on the segment `tram`, the messages die on `bus`; a dead-letter queue lies on the same segment
  --> a.toml:45:1
   |
45 | dead_letter = "dead"
   | ^^^^^^^^^^^
   |
   = help: name a queue of the segment `bus`

1 problem
"#);
}

#[test]
fn dead_letter_topic() {
    assert_snapshot!(seen(load_text(&changed("dead_letter = \"dead\"", "dead_letter = \"changes\""))), @r#"
error: queue.bills.dead_letter: `changes` is a topic; dead letters go to a queue
  --> a.toml:45:15
   |
45 | dead_letter = "changes"
   |               ^^^^^^^^^
   |
   = help: name a queue of the same segment

1 problem
"#);
}

#[test]
fn dead_letter_useless() {
    assert_snapshot!(seen(load_text(&changed("[queue.dead]\nsegment = \"bus\"", "[queue.dead]\nsegment = \"bus\"\ndead_letter = \"bills\""))), @r#"
error: queue.bills.dead_letter: dead letters go in a circle: bills -> dead -> bills
  --> a.toml:45:1
   |
45 | dead_letter = "dead"
   | ^^^^^^^^^^^
   |
   = help: remove one of these dead_letter keys

error: queue.dead.dead_letter has no effect because no message ever dies here: there is no `max_deliveries`, `time_to_live`, `max_length` or `max_bytes`
  --> a.toml:49:1
   |
49 | dead_letter = "bills"
   | ^^^^^^^^^^^
   |
   = help: set one of them, or remove it

2 problems
"#);
}

#[test]
fn overflow_without_limit() {
    assert_snapshot!(seen(load_text(&changed("[queue.dead]\nsegment = \"bus\"", "[queue.dead]\nsegment = \"bus\"\noverflow = \"block\""))), @r#"
error: queue.dead.overflow has no effect because there is no `max_length` and no `max_bytes`
  --> a.toml:49:1
   |
49 | overflow = "block"
   | ^^^^^^^^
   |
   = help: set a limit, or remove it

1 problem
"#);
}

#[test]
fn redelivery_factor_alone() {
    assert_snapshot!(seen(load_text(&changed("redelivery_delay = \"exp(1s)\"", "redelivery_factor = 2"))), @r#"
error: queue.bills.redelivery_factor has no effect because there is no `redelivery_delay`
  --> a.toml:44:1
   |
44 | redelivery_factor = 2
   | ^^^^^^^^^^^^^^^^^
   |
   = help: add for example redelivery_delay = "exp(1s)", or remove it

1 problem
"#);
}

#[test]
fn redelivery_without_failure() {
    assert_snapshot!(seen(load_text(&changed("failure = \"1%\"\n", ""))), @r#"
error: queue.bills.max_deliveries has no effect because no attempt can fail: there is no `failure`, and no callback that could
  --> a.toml:43:1
   |
43 | max_deliveries = 5
   | ^^^^^^^^^^^^^^
   |
   = help: add for example failure = "0.1%" to the subscriber, or remove it

error: queue.bills.redelivery_delay has no effect because no attempt can fail: there is no `failure`, and no callback that could
  --> a.toml:44:1
   |
44 | redelivery_delay = "exp(1s)"
   | ^^^^^^^^^^^^^^^^
   |
   = help: add for example failure = "0.1%" to the subscriber, or remove it

2 problems
"#);
}

#[test]
fn one_delivery() {
    assert_snapshot!(seen(load_text(&changed("max_deliveries = 5", "max_deliveries = 1"))), @r#"
error: queue.bills.redelivery_delay has no effect because max_deliveries = 1 allows no second delivery
  --> a.toml:44:1
   |
44 | redelivery_delay = "exp(1s)"
   | ^^^^^^^^^^^^^^^^
   |
   = help: allow more deliveries, or remove it

1 problem
"#);
}

#[test]
fn policy_on_topic() {
    assert_snapshot!(seen(load_text(&changed("[topic.changes]", "[topic.changes]\nmax_length = 5"))), @r#"
error: topic.changes.max_length has no effect because a topic keeps no messages
  --> a.toml:39:1
   |
39 | max_length = 5
   | ^^^^^^^^^^
   |
   = help: each subscription has its own: write it below `[subscriber.NAME]`

1 problem
"#);
}

#[test]
fn policy_on_queue_subscriber() {
    assert_snapshot!(seen(load_text(&changed("failure = \"1%\"", "failure = \"1%\"\nmax_length = 10\ndurable = true\nselector = \"50%\""))), @r#"
error: subscriber.billing.max_length has no effect because the messages wait in the queue
  --> a.toml:63:1
   |
63 | max_length = 10
   | ^^^^^^^^^^
   |
   = help: write it below `[queue.bills]`

error: subscriber.billing.durable has no effect because a queue keeps its messages anyway
  --> a.toml:64:1
   |
64 | durable = true
   | ^^^^^^^
   |
   = help: remove it; only subscriptions to a topic are durable or not

error: subscriber.billing.selector has no effect because the consumers of a queue compete for all of its messages
  --> a.toml:65:1
   |
65 | selector = "50%"
   | ^^^^^^^^
   |
   = help: remove it, or subscribe to a topic

3 problems
"#);
}

#[test]
fn orders_disagree() {
    assert_snapshot!(seen(load_text(&with("[subscriber.second]\nfrom = \"bills\"\ndispatch = \"least_in_flight\"\n").replace("failure = \"1%\"", "failure = \"1%\"\ndispatch = \"round_robin\""))), @r#"
error: subscriber.second.dispatch: `billing` says otherwise, and both consume from the same queue
  --> a.toml:70:1
   |
70 | dispatch = "least_in_flight"
   | ^^^^^^^^
   |
   = help: write it once, or twice the same

1 problem
"#);
}

#[test]
fn dispatch_one() {
    assert_snapshot!(seen(load_text(&changed("failure = \"1%\"", "failure = \"1%\"\ndispatch = \"least_in_flight\""))), @r#"
error: subscriber.billing.dispatch has no effect because there is but one consumer
  --> a.toml:63:1
   |
63 | dispatch = "least_in_flight"
   | ^^^^^^^^
   |
   = help: write `consumers`, or remove it

1 problem
"#);
}

#[test]
fn ordering_without_resources() {
    assert_snapshot!(seen(load_text(&changed("failure = \"1%\"", "failure = \"1%\"\nordering = \"by_resource\""))), @r#"
error: subscriber.billing.ordering has no effect because every event that comes here has a resource of its own
  --> a.toml:63:1
   |
63 | ordering = "by_resource"
   | ^^^^^^^^
   |
   = help: give the event `resources` or a `lifecycle`, or remove it

1 problem
"#);
}

#[test]
fn too_many_consumers() {
    assert_snapshot!(seen(load_text(&changed("failure = \"1%\"", "failure = \"1%\"\nconsumers = 2"))), @r#"
error: subscriber.billing.consumers: 2 consumers share 1 worker(s): some would have none and never finish a message
  --> a.toml:63:13
   |
63 | consumers = 2
   |             ^
   |
   = help: write at most as many consumers as `workers`

1 problem
"#);
}

#[test]
fn prefetch_zero() {
    assert_snapshot!(seen(load_text(&changed("failure = \"1%\"", "failure = \"1%\"\nprefetch = 0"))), @r#"
error: subscriber.billing.prefetch: 0 is too small
  --> a.toml:63:12
   |
63 | prefetch = 0
   |            ^
   |
   = help: write a whole number from 1

1 problem
"#);
}

#[test]
fn selector_kind() {
    assert_snapshot!(seen(load_text(&changed("work = \"exp(20ms)\"", "selector = { kinds = [\"craete\"] }"))), @r#"
error: subscriber.profile.selector.kinds: no event that comes here has the kind "craete"
  --> a.toml:54:23
   |
54 | selector = { kinds = ["craete"] }
   |                       ^^^^^^^^
   |
   = help: did you mean `create`?

1 problem
"#);
}

#[test]
fn work_by_event() {
    assert_snapshot!(seen(load_text(&changed("work = \"exp(20ms)\"", "work = { chnged = \"1ms\" }"))), @r#"
error: subscriber.profile.work.chnged: there is no event `chnged`
  --> a.toml:54:10
   |
54 | work = { chnged = "1ms" }
   |          ^^^^^^
   |
   = help: did you mean `changed`?

1 problem
"#);
}

#[test]
fn no_service() {
    assert_snapshot!(seen(load_text(&changed("service = \"exp(20ms)\"\n", ""))), @r#"
error: sor.registry needs `service`, as `profile` calls it
  --> a.toml:12:6
   |
12 | [sor.registry]
   |      ^^^^^^^^
   |
   = help: write for example: service = "lognormal(p50=18ms, p99=120ms)"

1 problem
"#);
}

#[test]
fn own_load_alone() {
    assert_snapshot!(seen(load_text(&changed("own_service = \"exp(25ms)\"\n", ""))), @r#"
error: sor.registry needs `own_service`
  --> a.toml:12:6
   |
12 | [sor.registry]
   |      ^^^^^^^^
   |
   = help: write for example: own_service = "exp(25ms)", the time of one request of `own_load`

1 problem
"#);
}

#[test]
fn own_service_alone() {
    assert_snapshot!(seen(load_text(&changed("own_load = \"30/s\"\n", ""))), @r#"
error: sor.registry.own_service has no effect because there is no `own_load`
  --> a.toml:16:1
   |
16 | own_service = "exp(25ms)"
   | ^^^^^^^^^^^
   |
   = help: add for example own_load = "30/s", or remove it

1 problem
"#);
}

#[test]
fn backoff_alone() {
    assert_snapshot!(seen(load_text(&changed("retries = 3", "backoff = \"1s\""))), @r#"
error: subscriber.profile.callback.backoff has no effect because there are no `retries`
  --> a.toml:58:1
   |
58 | backoff = "1s"
   | ^^^^^^^
   |
   = help: add for example retries = 3, or remove it

1 problem
"#);
}

#[test]
fn retries_alone() {
    assert_snapshot!(seen(load_text(&changed("timeout = \"2s\"\n", ""))), @r#"
error: subscriber.profile.callback.retries has no effect because no call can fail: there is no `timeout`, and the system of record has no `max_waiting` and is never down
  --> a.toml:57:1
   |
57 | retries = 3
   | ^^^^^^^
   |
   = help: add for example timeout = "2s", or remove it

1 problem
"#);
}

#[test]
fn warm_up_auto() {
    assert_snapshot!(seen(load_text(&changed("[run]", "[run]\nwarm_up = \"auto\""))), @r#"
error: run.warm_up: a day has no steady state to be found
 --> a.toml:6:11
  |
6 | warm_up = "auto"
  |           ^^^^^^
  |
  = help: write a span, or leave it out: everything is measured

1 problem
"#);
}

#[test]
fn warm_up_long() {
    assert_snapshot!(seen(load_text(&changed("[run]", "[run]\nwarm_up = \"2h\""))), @r#"
error: run.warm_up: nothing of the horizon of 1h is left to be measured
 --> a.toml:6:11
  |
6 | warm_up = "2h"
  |           ^^^^
  |
  = help: make it shorter than `horizon`

1 problem
"#);
}

#[test]
fn replications_zero() {
    assert_snapshot!(seen(load_text(&changed("[run]", "[run]\nreplications = 0"))), @r#"
error: run.replications: 0 is too small
 --> a.toml:6:16
  |
6 | replications = 0
  |                ^
  |
  = help: write a whole number from 1 to 10000

1 problem
"#);
}

#[test]
fn replications_word() {
    assert_snapshot!(seen(load_text(&changed("[run]", "[run]\nreplications = \"many\""))), @r#"
error: run.replications: "many" is none of its values
 --> a.toml:6:16
  |
6 | replications = "many"
  |                ^^^^^^
  |
  = help: write a whole number, or "auto"

1 problem
"#);
}

#[test]
fn auto_without_precision() {
    assert_snapshot!(seen(load_text(&changed("[run]", "[run]\nreplications = \"auto\""))), @r#"
error: run needs `precision`
 --> a.toml:5:2
  |
5 | [run]
  |  ^^^
  |
  = help: write for example: precision = "2%", because replications = "auto" runs until this is reached

1 problem
"#);
}

#[test]
fn confidence() {
    assert_snapshot!(seen(load_text(&changed("[run]", "[run]\nconfidence = \"100%\""))), @r#"
error: run.confidence: 100% is impossible here
 --> a.toml:6:14
  |
6 | confidence = "100%"
  |              ^^^^^^
  |
  = help: write a share above 0% and below 100%, such as "95%"

1 problem
"#);
}

#[test]
fn objective_unknown() {
    assert_snapshot!(seen(load_text(&changed("end_to_end.p99\"", "end_to_end.p98\""))), @r#"
error: objective: this scenario has no metric "subscriber.profile.end_to_end.p98"
  --> a.toml:66:1
   |
66 | "subscriber.profile.end_to_end.p98" = "< 5s"
   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: `subscriber.profile.end_to_end` has the statistics `mean`, `sd`, `p50`, `p90`, `p95`, `p99`, `p999` and `max`

1 problem
"#);
}

#[test]
fn objective_unknown_entity() {
    assert_snapshot!(seen(load_text(&changed("subscriber.profile.end_to_end.p99\"", "subscriber.profil.end_to_end.p99\""))), @r#"
error: objective: this scenario has no metric "subscriber.profil.end_to_end.p99"
  --> a.toml:66:1
   |
66 | "subscriber.profil.end_to_end.p99" = "< 5s"
   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: did you mean `subscriber.profile`?

1 problem
"#);
}

#[test]
fn objective_without_statistic() {
    assert_snapshot!(seen(load_text(&changed("end_to_end.p99\"", "end_to_end\""))), @r#"
error: objective: this scenario has no metric "subscriber.profile.end_to_end"
  --> a.toml:66:1
   |
66 | "subscriber.profile.end_to_end" = "< 5s"
   | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: `subscriber.profile.end_to_end` has the statistics `mean`, `sd`, `p50`, `p90`, `p95`, `p99`, `p999` and `max`

1 problem
"#);
}

#[test]
fn objective_quantity() {
    assert_snapshot!(seen(load_text(&changed("end_to_end.p99\"", "speed\""))), @r#"
error: objective: this scenario has no metric "subscriber.profile.speed"
  --> a.toml:66:1
   |
66 | "subscriber.profile.speed" = "< 5s"
   | ^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: `subscriber.profile` has `end_to_end`, `freshness`, `delivery`, `hop`, `backlog`, `in_flight`, `throughput`, `utilization`, `waiting`, `waiting_line`, `redelivered`, `missed`, `unfinished`, `stale_overwrites`, `time_wrong`, `order_violations` and `callback`

1 problem
"#);
}

#[test]
fn objective_without_quotes() {
    assert_snapshot!(seen(load_text(&changed("\"subscriber.profile.end_to_end.p99\"", "subscriber.profile.end_to_end.p99"))), @r#"
error: objective: the metric's name subscriber... is without quotes
  --> a.toml:66:1
   |
66 | subscriber.profile.end_to_end.p99 = "< 5s"
   | ^^^^^^^^^^
   |
   = help: write it in quotes, as its dots belong to it: "subscriber.gate.missed" = "= 0"

1 problem
"#);
}

#[test]
fn objective_without_relation() {
    assert_snapshot!(seen(load_text(&changed("\"< 5s\"", "\"5s\""))), @r#"
error: objective "subscriber.profile.end_to_end.p99": the bound has no relation: one of <, <=, =, >=, >
  --> a.toml:66:39
   |
66 | "subscriber.profile.end_to_end.p99" = "5s"
   |                                       ^^^^
   |
   = help: write a relation and a value: "< 5s"

1 problem
"#);
}

#[test]
fn objective_unit() {
    assert_snapshot!(seen(load_text(&changed("\"< 5s\"", "\"< 5\""))), @r#"
error: objective "subscriber.profile.end_to_end.p99": "5" has no unit
  --> a.toml:66:39
   |
66 | "subscriber.profile.end_to_end.p99" = "< 5"
   |                                       ^^^^^
   |
   = help: write a span with its unit: "250ms", "1.5s", "90us", "10m", "24h", "2d"; for example "< 5s"

1 problem
"#);
}

#[test]
fn objective_share() {
    assert_snapshot!(seen(load_text(&changed("\"subscriber.profile.end_to_end.p99\" = \"< 5s\"", "\"sor.registry.utilization.peak\" = \"< 170%\""))), @r#"
error: objective "sor.registry.utilization.peak": "170%" is more than the whole
  --> a.toml:66:35
   |
66 | "sor.registry.utilization.peak" = "< 170%"
   |                                   ^^^^^^^^
   |
   = help: write a share from 0 to 1 as "70%" or 0.7; for example "< 70%"

1 problem
"#);
}

#[test]
fn assumption_path() {
    assert_snapshot!(seen(load_text(&with("[assumption]\n\"sor.registry.sevice\" = \"measured: here\"\n"))), @r#"
error: assumption: the scenario does not write "sor.registry.sevice": there is no `sevice`
  --> a.toml:68:1
   |
68 | "sor.registry.sevice" = "measured: here"
   | ^^^^^^^^^^^^^^^^^^^^^
   |
   = help: did you mean `service`?

1 problem
"#);
}

#[test]
fn no_events() {
    assert_snapshot!(seen(load_text("title = \"empty\"")), @"
    error: the scenario raises no events
    --> a.toml
     = help: write `[event.NAME]` with from, to and rate

    1 problem
    ");
}

#[test]
fn syntax() {
    assert_snapshot!(seen(load_text(&changed("workers = 4", "workers = four"))), @r#"
error: not TOML: invalid boolean, expected `false`
  --> a.toml:14:11
   |
14 | workers = four
   |           ^^^^
   |
   = help: write texts in double quotes: "500K/day"

1 problem
"#);
}

#[test]
fn syntax_bracket() {
    assert_snapshot!(seen(load_text(&changed("[run]", "[run"))), @r#"
error: not TOML: unclosed table, expected `]`
 --> a.toml:5:5
  |
5 | [run
  |     ^
  |
  = help: the file is TOML: key = value, texts in double quotes, sections in [brackets], each with its end

1 problem
"#);
}

#[test]
fn duplicate() {
    assert_snapshot!(seen(load_text(&changed("workers = 4", "workers = 4\nworkers = 5"))), @r#"
error: not TOML: duplicate key
  --> a.toml:15:1
   |
15 | workers = 5
   | ^^^^^^^
   |
   = help: each name once; a second value for the same setting belongs into a file that `extends` this one

1 problem
"#);
}

#[test]
fn section_not_table() {
    assert_snapshot!(seen(load_text(&changed("[run]\nhorizon = \"1h\"", "run = 5"))), @r#"
error: run must be a table, not a number
 --> a.toml:5:7
  |
5 | run = 5
  |       ^
  |
  = help: write for example: [run] and its keys below

1 problem
"#);
}

#[test]
fn trace_missing() {
    assert_snapshot!(seen(load_text(&changed("rate = \"35/s\"", "arrivals = \"trace(day.csv, column=sent_us)\""))), @r#"
error: event.changed.arrivals: "day.csv" does not exist
  --> a.toml:22:19
   |
22 | arrivals = "trace(day.csv, column=sent_us)"
   |                   ^^^^^^^
   |
   = help: paths are relative to the scenario file

1 problem
"#);
}

#[test]
fn bad_name_of_a_mentioned_zone() {
    assert_snapshot!(seen(load_text(&changed("zone = \"gate\"", "zone = \"North Gate\""))), @r#"
error: subscriber.profile.zone: `North Gate` can't be the name of a zone
  --> a.toml:51:8
   |
51 | zone = "North Gate"
   |        ^^^^^^^^^^^^
   |
   = help: a name begins with a lowercase letter and goes on with lowercase letters, digits and _

1 problem
"#);
}

#[test]
fn callback_retries_beyond_count() {
    assert_snapshot!(seen(load_text(&changed("retries = 3", "retries = 65535"))), @r#"
error: subscriber.profile.callback.retries: 65535 is too large
  --> a.toml:58:11
   |
58 | retries = 65535
   |           ^^^^^
   |
   = help: write a whole number from 0 to 65534

1 problem
"#);
}

#[test]
fn refused_retries_beyond_count() {
    let limited = changed("[queue.bills]", "[queue.bills]\nmax_length = 5");
    let text = limited.replacen("rate = \"2/s\"", "rate = \"2/s\"\nrefused = { retries = 65_535 }", 1);
    assert_snapshot!(seen(load_text(&text)), @r#"
error: event.billed.refused.retries: 65535 is too large
  --> a.toml:32:23
   |
32 | refused = { retries = 65_535 }
   |                       ^^^^^^
   |
   = help: write a whole number from 0 to 65534

1 problem
"#);
}

#[test]
fn workers_a_million() {
    assert_snapshot!(seen(load_text(&changed("work = \"5ms\"", "work = \"5ms\"\nworkers = 1_000_001"))), @r#"
error: subscriber.billing.workers: 1000001 is too large
  --> a.toml:64:11
   |
64 | workers = 1_000_001
   |           ^^^^^^^^^
   |
   = help: write a whole number from 1 to 100000

1 problem
"#);
}

#[test]
fn consumers_beyond_memory() {
    assert_snapshot!(seen(load_text(&changed("work = \"5ms\"", "work = \"5ms\"\nworkers = 20_000\nconsumers = 10_001"))), @r#"
error: subscriber.billing.consumers: 10001 is too large
  --> a.toml:65:13
   |
65 | consumers = 10_001
   |             ^^^^^^
   |
   = help: write a whole number from 1 to 10000

1 problem
"#);
}

/// A design in which nothing takes time, with more text below the queue and below its subscriber.
fn instant(queue: &str, subscriber: &str) -> String {
    format!(
        r#"
[sor.shop]
service = "5ms"
[event.sold]
from = "shop"
to = "sales"
rate = "1/s"
[segment.bus]
[queue.sales]
segment = "bus"
{queue}
[subscriber.billing]
from = "sales"
{subscriber}
"#
    )
}

#[test]
fn failing_for_ever_at_one_instant() {
    assert_snapshot!(seen(load_text(&instant("", "failure = \"100%\""))), @r#"
error: subscriber.billing.failure: a message that fails is delivered again at once, and so for ever, as nothing in an attempt takes a microsecond
  --> a.toml:14:1
   |
14 | failure = "100%"
   | ^^^^^^^
   |
   = help: write a `redelivery_delay` or `max_deliveries` of at most 1000 below `[queue.sales]`, or a `work` that takes time

1 problem
"#);
}

#[test]
fn failing_for_ever_within_next_to_no_time() {
    let shown = seen(load_text(&instant("", "failure = \"100%\"\nwork = \"1ns\"")));
    assert!(shown.contains("and so for ever, as nothing in an attempt takes a microsecond"), "{shown}");
    load_text(&instant("", "failure = \"100%\"\nwork = \"1us\"")).unwrap();
}

#[test]
fn failing_for_ever_with_a_delay_that_is_cut_to_nothing() {
    let delay = "redelivery_delay = \"exp(1s)\"\nredelivery_delay_max = 0\nmax_deliveries = 4_000_000_000";
    assert_snapshot!(seen(load_text(&instant(delay, "failure = 1"))), @r#"
error: subscriber.billing.failure: a message that fails is delivered again at once, and so for ever, as nothing in an attempt takes a microsecond
  --> a.toml:16:1
   |
16 | failure = 1
   | ^^^^^^^
   |
   = help: write a `redelivery_delay` or `max_deliveries` of at most 1000 below `[queue.sales]`, or a `work` that takes time

1 problem
"#);
}

#[test]
fn refused_for_ever_by_a_full_system_of_record() {
    let full = instant("", "callback = { connections = 8 }").replace("service =", "max_waiting = 3\nservice =");
    assert_snapshot!(seen(load_text(&full)), @r#"
error: subscriber.billing.callback: a message that fails is delivered again at once, and so for ever, as nothing in an attempt takes a microsecond
  --> a.toml:15:1
   |
15 | callback = { connections = 8 }
   | ^^^^^^^^
   |
   = help: write a `redelivery_delay` or `max_deliveries` of at most 1000 below `[queue.sales]`, or a `work` that takes time

1 problem
"#);
}

#[test]
fn refused_for_ever_by_a_full_queue() {
    let eager =
        instant("max_length = 3", "work = \"1s\"").replace("rate = \"1/s\"", "rate = \"1/s\"\nrefused = { backoff = 0, factor = 2 }");
    assert_snapshot!(seen(load_text(&eager)), @r#"
error: event.sold.refused.backoff: a refused publish is tried again at once, and so for ever, as nothing on its way takes a microsecond
 --> a.toml:8:13
  |
8 | refused = { backoff = 0, factor = 2 }
  |             ^^^^^^^
  |
  = help: write a backoff that takes time, such as "exp(1s)", or at most 1000 `retries`

1 problem
"#);
}

#[test]
fn failures_that_end_or_take_time_are_fine() {
    for (queue, subscriber) in [
        ("", "failure = \"50%\""),
        ("", "failure = \"100%\"\nwork = \"1us\""),
        ("max_deliveries = 1000", "failure = \"100%\""),
        ("redelivery_delay = \"exp(1ms)\"", "failure = \"100%\""),
        ("", "failure = \"100%\"\ncallback = { connections = 8 }"),
        ("", "callback = { timeout = \"1s\" }"),
    ] {
        assert_eq!(seen(load_text(&instant(queue, subscriber))), "no problem", "{queue} {subscriber}");
    }
    let paid = instant("", "failure = \"100%\"").replace("[segment.bus]", "[segment.bus]\ncost = { acknowledge = \"1us\" }");
    assert_eq!(seen(load_text(&paid)), "no problem");
    let full = instant("", "callback = { retries = 3 }").replace("service =", "max_waiting = 3\nservice =");
    assert_eq!(seen(load_text(&full)), "no problem");
}

#[test]
fn refusals_that_end_or_take_time_are_fine() {
    for (refused, queue) in [
        ("{ backoff = 0, retries = 1000 }", "max_length = 3"),
        ("{ backoff = \"exp(1ms)\" }", "max_length = 3"),
        ("{ backoff = 0 }", "max_length = 3\noverflow = \"drop_oldest\""),
        ("\"drop\"", "max_length = 3"),
    ] {
        let text = instant(queue, "work = \"1s\"").replace("rate = \"1/s\"", &format!("rate = \"1/s\"\nrefused = {refused}"));
        assert_eq!(seen(load_text(&text)), "no problem", "{refused} {queue}");
    }
}

#[test]
fn many_retries_at_once() {
    assert_snapshot!(seen(load_text(&changed("retries = 3", "retries = 1001\nbackoff = 0"))), @r#"
error: subscriber.profile.callback.backoff: 1001 retries with no time between them
  --> a.toml:59:11
   |
59 | backoff = 0
   |           ^
   |
   = help: write a backoff that takes time, such as "exp(100ms)", or at most 1000 `retries`

1 problem
"#);
}

#[test]
fn more_resources_than_memory() {
    assert_snapshot!(seen(load_text(&changed("resources = 1000", "resources = 100_000_000"))), @r#"
error: event.changed.resources: a replication would take about 4.47 GiB of memory, the largest part because of this key, and more than 4 GiB is refused
  --> a.toml:26:1
   |
26 | resources = 100_000_000
   | ^^^^^^^^^
   |
   = help: write fewer resources, as each is kept once for every subscription that gets the event

1 problem
"#);
}

#[test]
fn more_consumers_than_memory() {
    let crowd: String =
        (0..3_000).map(|n| format!("[subscriber.x{n}]\nfrom = \"changes\"\nworkers = 10_000\nconsumers = 10_000\n")).collect();
    assert_snapshot!(seen(load_text(&with(&crowd).replacen("[objective]\n\"subscriber.profile.end_to_end.p99\" = \"< 5s\"\n", "", 1))), @r#"
error: subscriber.x2999.consumers: a replication would take about 5.45 GiB of memory, the largest part because of this key, and more than 4 GiB is refused
     --> a.toml:12064:1
      |
12064 | consumers = 10_000
      | ^^^^^^^^^
      |
      = help: write fewer consumers

1 problem
"#);
}

#[test]
fn more_events_than_end() {
    assert_snapshot!(seen(load_text(&changed("rate = \"2/s\"", "rate = \"1000M/s\""))), @r#"
error: event.billed.rate: about 3.6e13 events come in 10 replications of 1h, and a study of more than 1e11 would not end
  --> a.toml:31:1
   |
31 | rate = "1000M/s"
   | ^^^^
   |
   = help: write a lower rate, a shorter `horizon` or fewer `replications` in [run]

1 problem
"#);
}

#[test]
fn more_load_than_ends() {
    let shown = seen(load_text(&format!("load = 1e6\n{}", changed("rate = \"2/s\"", "rate = \"20/s\""))));
    assert!(
        shown.contains("error: load: about ")
            && shown.contains("write a smaller `load`, a shorter `horizon` or fewer `replications` in [run]"),
        "{shown}"
    );
}

#[test]
fn more_phases_than_end() {
    assert_snapshot!(seen(load_text(&changed("rate = \"2/s\"", "arrivals = \"mmpp(2/s for 1ns, 1/s for 1ns)\""))), @r#"
error: event.billed.arrivals: about 3.6e13 phases come in 10 replications of 1h, 6.7e8 for each event, and a study would not end
  --> a.toml:31:1
   |
31 | arrivals = "mmpp(2/s for 1ns, 1/s for 1ns)"
   | ^^^^^^^^
   |
   = help: write longer phases: where they are far shorter than the time from one event to the next, "poisson" at their mean rate is the same

1 problem
"#);
}

#[test]
fn more_gaps_than_end() {
    assert_snapshot!(seen(load_text(&changed("rate = \"2/s\"", "arrivals = \"gaps(exp(1ns))\"\nbatch = 10"))), @r#"
error: event.billed.arrivals: about 3.6e14 events come in 10 replications of 1h, and a study of more than 1e11 would not end
  --> a.toml:31:1
   |
31 | arrivals = "gaps(exp(1ns))"
   | ^^^^^^^^
   |
   = help: write a lower rate, a shorter `horizon` or fewer `replications` in [run]

1 problem
"#);
}

#[test]
fn more_own_load_than_ends() {
    assert_snapshot!(seen(load_text(&changed("own_load = \"30/s\"", "own_load = \"1000M/s\""))), @r#"
error: sor.registry.own_load: about 3.6e13 events come in 10 replications of 1h, and a study of more than 1e11 would not end
  --> a.toml:16:1
   |
16 | own_load = "1000M/s"
   | ^^^^^^^^
   |
   = help: write a lower rate, a shorter `horizon` or fewer `replications` in [run]

1 problem
"#);
}

#[test]
fn a_line_without_anybody_on_one_side_is_idle() {
    for idle in ["[topic.quiet]\nsegment = \"bus\"\n", "[queue.quiet]\nsegment = \"bus\"\n"] {
        let event = "[event.lonely]\nfrom = \"registry\"\nto = \"quiet\"\nrate = \"1/s\"\n";
        assert_eq!(seen(load_text(&BASE.replacen("[objective]", &format!("{idle}{event}[objective]"), 1))), "no problem");
    }
}
