//! Problems with pipelines as the full text a person sees.

use crate::scenario_help::{load_text, seen, with};
use insta::assert_snapshot;

#[test]
fn keys_of_workers_below_actors() {
    let text = "[subscriber.fraud]\nfrom = \"changes\"\nruns = \"actors\"\nworkers = 4\nwork = \"1s\"\nmax_pending = 5\nreplay_after = \"1s\"\n[[subscriber.fraud.stage]]\nname = \"a\"\n[[subscriber.fraud.stage]]\nname = \"a\"\nmailbx = 3\n";
    assert_snapshot!(seen(load_text(&with(text))), @"");
}

#[test]
fn stages_below_a_listener() {
    let text = "[subscriber.fraud]\nfrom = \"changes\"\n[[subscriber.fraud.stage]]\nname = \"a\"\n";
    assert_snapshot!(seen(load_text(&with(text))), @"");
}

#[test]
fn a_pipeline_without_stages() {
    assert_snapshot!(seen(load_text(&with("[subscriber.fraud]\nfrom = \"changes\"\nruns = \"actors\"\n"))), @"");
}

#[test]
fn replays_without_a_bound() {
    let text =
        "[subscriber.fraud]\nfrom = \"changes\"\nruns = \"topology\"\nreplay_after = \"30s\"\n[[subscriber.fraud.stage]]\nname = \"a\"\n";
    assert_snapshot!(seen(load_text(&with(text))), @"");
}

#[test]
fn replays_without_end() {
    let text = "[subscriber.fraud]\nfrom = \"changes\"\nruns = \"topology\"\nreplay_after = \"1ns\"\nmax_pending = 1000\n[[subscriber.fraud.stage]]\nname = \"a\"\nwork = \"1s\"\n";
    assert_snapshot!(seen(load_text(&with(text))), @"");
}

#[test]
fn more_trees_than_memory() {
    let text = "[subscriber.fraud]\nfrom = \"changes\"\nruns = \"topology\"\nreplay_after = \"1h\"\nmax_pending = 1_000_000\n[[subscriber.fraud.stage]]\nname = \"a\"\nwork = \"1s\"\n";
    assert_snapshot!(seen(load_text(&with(text))), @"");
}

#[test]
fn grouping_what_never_comes_again() {
    let text = "[event.seen]\nfrom = \"registry\"\nto = \"sightings\"\nrate = \"1/s\"\n[queue.sightings]\nsegment = \"bus\"\n[subscriber.fraud]\nfrom = \"sightings\"\nruns = \"actors\"\n[[subscriber.fraud.stage]]\nname = \"a\"\ngroup_by = \"resource\"\n";
    assert_snapshot!(seen(load_text(&with(text))), @"");
}
