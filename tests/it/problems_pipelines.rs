//! Problems with pipelines as the full text a person sees.

use crate::scenario_help::{load_text, seen, with};
use insta::assert_snapshot;

#[test]
fn keys_of_workers_below_actors() {
    let text = "[subscriber.fraud]\nfrom = \"changes\"\nruns = \"actors\"\nworkers = 4\nwork = \"1s\"\nmax_pending = 5\nreplay_after = \"1s\"\n[[subscriber.fraud.stage]]\nname = \"a\"\n[[subscriber.fraud.stage]]\nname = \"a\"\nmailbx = 3\n";
    assert_snapshot!(seen(load_text(&with(text))), @r##"
error: subscriber.fraud.workers has no effect because the stages have `work` and `tasks` of their own
  --> a.toml:70:1
   |
70 | workers = 4
   | ^^^^^^^
   |
   = help: write `tasks` below `[[subscriber.fraud.stage]]`

error: subscriber.fraud.work has no effect because the stages have `work` and `tasks` of their own
  --> a.toml:71:1
   |
71 | work = "1s"
   | ^^^^
   |
   = help: write `work` below `[[subscriber.fraud.stage]]`

error: subscriber.fraud.max_pending has no effect because only a topology has a spout
  --> a.toml:72:1
   |
72 | max_pending = 5
   | ^^^^^^^^^^^
   |
   = help: write runs = "topology", or remove it

error: subscriber.fraud.replay_after has no effect because only a topology has a spout
  --> a.toml:73:1
   |
73 | replay_after = "1s"
   | ^^^^^^^^^^^^
   |
   = help: write runs = "topology", or remove it

error: subscriber.fraud.stage.1.name: there is a stage `a` already
  --> a.toml:77:8
   |
77 | name = "a"
   |        ^^^
   |
   = help: give each stage of a subscriber a name of its own

error: `subscriber.fraud.stage.1` has no key `mailbx`
  --> a.toml:78:1
   |
78 | mailbx = 3
   | ^^^^^^
   |
   = help: did you mean `mailbox`?

6 problems
"##);
}

#[test]
fn stages_below_a_listener() {
    let text = "[subscriber.fraud]\nfrom = \"changes\"\n[[subscriber.fraud.stage]]\nname = \"a\"\n";
    assert_snapshot!(seen(load_text(&with(text))), @r##"
error: subscriber.fraud.stage has no effect because a listener or workflow does its `work` in one step
  --> a.toml:69:20
   |
69 | [[subscriber.fraud.stage]]
   |                    ^^^^^
   |
   = help: write runs = "actors" or runs = "topology", or remove it

1 problem
"##);
}

#[test]
fn a_pipeline_without_stages() {
    assert_snapshot!(seen(load_text(&with("[subscriber.fraud]\nfrom = \"changes\"\nruns = \"actors\"\n"))), @r##"
error: subscriber.fraud needs `stage`
  --> a.toml:67:13
   |
67 | [subscriber.fraud]
   |             ^^^^^
   |
   = help: write for example: [[subscriber.fraud.stage]] with name = "enrich", tasks = 4, work = "exp(3ms)"

1 problem
"##);
}

#[test]
fn replays_without_a_bound() {
    let text =
        "[subscriber.fraud]\nfrom = \"changes\"\nruns = \"topology\"\nreplay_after = \"30s\"\n[[subscriber.fraud.stage]]\nname = \"a\"\n";
    assert_snapshot!(seen(load_text(&with(text))), @r##"
error: subscriber.fraud needs `max_pending`
  --> a.toml:67:13
   |
67 | [subscriber.fraud]
   |             ^^^^^
   |
   = help: write for example: max_pending = 1000, as without it nothing bounds what is replayed

1 problem
"##);
}

#[test]
fn replays_without_end() {
    let text = "[subscriber.fraud]\nfrom = \"changes\"\nruns = \"topology\"\nreplay_after = \"1ns\"\nmax_pending = 1000\n[[subscriber.fraud.stage]]\nname = \"a\"\nwork = \"1s\"\n";
    assert_snapshot!(seen(load_text(&with(text))), @r##"
error: subscriber.fraud.replay_after: about 3.6e16 replays come in 10 replications of 1h, and a study of more than 1e11 would not end
  --> a.toml:70:1
   |
70 | replay_after = "1ns"
   | ^^^^^^^^^^^^
   |
   = help: write a longer `replay_after`, or a smaller `max_pending`

1 problem
"##);
}

#[test]
fn more_trees_than_memory() {
    let text = "[subscriber.fraud]\nfrom = \"changes\"\nruns = \"topology\"\nreplay_after = \"1h\"\nmax_pending = 1_000_000\n[[subscriber.fraud.stage]]\nname = \"a\"\nwork = \"1s\"\n";
    assert_snapshot!(seen(load_text(&with(text))), @r##"
error: subscriber.fraud.max_pending: a replication would take about 27.9 GiB of memory, the largest part because of this key, and more than 4 GiB is refused
  --> a.toml:71:1
   |
71 | max_pending = 1_000_000
   | ^^^^^^^^^^^
   |
   = help: write a smaller `max_pending`

1 problem
"##);
}

#[test]
fn grouping_what_never_comes_again() {
    let text = "[event.seen]\nfrom = \"registry\"\nto = \"sightings\"\nrate = \"1/s\"\n[queue.sightings]\nsegment = \"bus\"\n[subscriber.fraud]\nfrom = \"sightings\"\nruns = \"actors\"\n[[subscriber.fraud.stage]]\nname = \"a\"\ngroup_by = \"resource\"\n";
    assert_snapshot!(seen(load_text(&with(text))), @r##"
error: subscriber.fraud.stage.0.group_by has no effect because every event that comes here has a resource of its own
  --> a.toml:76:20
   |
76 | [[subscriber.fraud.stage]]
   |                    ^^^^^
   |
   = help: give the event `resources` or a `lifecycle`, or write "shuffle"

1 problem
"##);
}
