//! `[zone.NAME]` and `[link.NAME]`: where things stand and what is between.

use super::{NOWHERE, check_name, entities};
use crate::scenario::document::Node;
use crate::scenario::problem::Fault;
use crate::scenario::reader::{Context, Reader};
use crate::scenario::spec::{Link, Zone};
use crate::scenario::values::{bandwidth, boolean, distribution, share, texts};
use crate::sim::Distribution;

/// All zones, also those that are only mentioned.
pub(super) fn zones(root: &mut Reader<'_>) -> Vec<Zone> {
    let context = root.context;
    let mut zones: Vec<Zone> =
        context.zones.list().iter().map(|name| Zone { name: name.clone(), latency: Distribution::default() }).collect();
    for (name, mut reader) in entities(root, "zone") {
        let latency = reader.get("latency", distribution(context));
        if let (Some(zone), Some(latency)) = (context.zones.number(name).and_then(|zone| zones.get_mut(zone)), latency) {
            zone.latency = latency;
        }
        reader.done();
    }
    zones
}

pub(super) fn links(root: &mut Reader<'_>) -> Vec<Link> {
    let context = root.context;
    entities(root, "link").into_iter().map(|(name, reader)| link(context, name, reader)).collect()
}

fn link<'a>(context: &'a Context<'a>, name: &str, mut reader: Reader<'a>) -> Link {
    let between =
        reader.require("between", "between = [\"datacenter\", \"park\"]", |node| between(context, node)).unwrap_or((NOWHERE, NOWHERE));
    let latency = reader.get("latency", distribution(context)).unwrap_or_default();
    let bandwidth = reader.get("bandwidth", bandwidth);
    let loss = reader.get("loss", loss).unwrap_or_default();
    let in_order = reader.get("in_order", boolean).unwrap_or(true);
    reader.done();
    Link { name: name.to_string(), between, latency, bandwidth, loss, in_order }
}

fn between(context: &Context<'_>, node: &Node) -> Result<(usize, usize), Fault> {
    const HINT: &str = "write two zones: [\"datacenter\", \"park\"]";
    let ends = texts(node).map_err(|fault| Fault { hint: HINT.into(), ..fault })?;
    let [(one, _), (other, other_node)] = ends[..] else {
        return Err(Fault::new(format!("a link has two ends, not {}", ends.len()), HINT));
    };
    if one == other {
        return Err(
            Fault::new("both ends are the same zone", "the distance within a zone is the zone's own `latency`").at(other_node.place)
        );
    }
    for (zone, node) in &ends {
        check_name(zone, "zone").map_err(|fault| fault.at(node.place))?;
    }
    // Every zone that is mentioned exists.
    Ok((context.zones.number(one).unwrap_or(NOWHERE), context.zones.number(other).unwrap_or(NOWHERE)))
}

fn loss(node: &Node) -> Result<f64, Fault> {
    match share(node)? {
        loss if loss < 1.0 => Ok(loss),
        _ => Err(Fault::new("a link that loses everything never delivers", "write a share below 100%")),
    }
}
