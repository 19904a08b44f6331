//! `[sor.NAME]`: systems of record.

use super::{entities, zone};
use crate::scenario::reader::{Context, Reader};
use crate::scenario::spec::Sor;
use crate::scenario::values::{count, distribution, rate, service, whole};

/// More servers than a station is made for.
pub(super) const SERVERS_MAX: u32 = 100_000;

pub(super) fn sors(root: &mut Reader<'_>) -> Vec<Sor> {
    let context = root.context;
    entities(root, "sor").into_iter().map(|(name, reader)| sor(context, name, reader)).collect()
}

fn sor<'a>(context: &'a Context<'a>, name: &str, mut reader: Reader<'a>) -> Sor {
    let own_load = reader.get("own_load", rate);
    let own_service = reader.get("own_service", distribution(context)).unwrap_or_default();
    if !reader.writes("own_load") {
        reader.no_effect("own_service", "there is no `own_load`", "add for example own_load = \"30/s\", or remove it");
    } else if !reader.writes("own_service") {
        reader.missing("own_service", "own_service = \"exp(25ms)\", the time of one request of `own_load`");
    }
    let sor = Sor {
        name: name.to_string(),
        zone: zone(&mut reader),
        workers: reader.get("workers", count(1..=SERVERS_MAX)).unwrap_or(1),
        service: reader.get("service", service(context)),
        own_load,
        own_service,
        max_waiting: reader.get("max_waiting", whole(0..=u64::MAX)),
        clock_skew: reader.get("clock_skew", distribution(context)),
    };
    reader.done();
    sor
}
