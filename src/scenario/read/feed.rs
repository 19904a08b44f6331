//! `[feed.NAME]`: an Atom feed, which carries an event instead of the bus or beside it.

use super::{NOWHERE, entities};
use crate::scenario::document::Entry;
use crate::scenario::names::section;
use crate::scenario::reader::{Context, Reader};
use crate::scenario::spec::Feed;
use crate::scenario::values::{count, distribution};

pub(super) fn feeds(root: &mut Reader<'_>) -> Vec<Feed> {
    let context = root.context;
    entities(root, "feed").into_iter().map(|(name, reader)| feed(context, name, reader)).collect()
}

fn feed<'a>(context: &'a Context<'a>, name: &str, mut reader: Reader<'a>) -> Feed {
    let of = reader.require("of", "of = \"ticket_changed\", an event", |node| context.events.refer(node));
    let feed = Feed {
        name: name.to_string(),
        of: of.unwrap_or(NOWHERE),
        page: reader.get("page", count(1..=u32::MAX)),
        page_service: reader.get("page_service", distribution(context)).unwrap_or_default(),
        not_modified_service: reader.get("not_modified_service", distribution(context)).unwrap_or_default(),
    };
    reader.done();
    feed
}

/// True when some `[feed.NAME]` is of this event, before any is read.
pub(super) fn is_carried(context: &Context<'_>, event: &str) -> bool {
    let is_of = |entry: &Entry| {
        let of = entry.node.table().and_then(|feed| feed.get("of"));
        of.is_some_and(|of| of.node.text() == Some(event))
    };
    section(context.root, "feed").into_iter().any(|(_, entry)| is_of(entry))
}
