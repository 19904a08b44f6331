//! Feeds in transcripts: `feed NAME page=N`, `reader NAME FEED`, `append FEED ENTRY...`, `ask READER`, `take READER`, `feed? NAME`.

use busload::core::{Feed, Page, ReaderId};
use std::fmt::Write;

/// The feeds of one transcript, their readers and what each was answered last.
#[derive(Default)]
pub struct Feeds {
    feeds: Vec<(String, Feed)>,
    readers: Vec<(String, usize, ReaderId, Page)>,
    /// Numbers for the entries' names.
    entries: Vec<String>,
}

impl Feeds {
    /// True where the command was one of these.
    pub fn command(&mut self, words: &[&str], page: Option<u64>, printed: &mut String) -> bool {
        match words {
            ["feed", name] => self.feeds.push((name.to_string(), Feed::new(page.unwrap_or(u64::MAX)))),
            ["reader", name, feed] => {
                let feed = self.feed(feed);
                let id = self.feeds[feed].1.add_reader();
                self.readers.push((name.to_string(), feed, id, Page::default()));
            }
            ["append", feed, entries @ ..] => {
                let feed = self.feed(feed);
                for entry in entries {
                    self.feeds[feed].1.append(self.entries.len() as u64);
                    self.entries.push(entry.to_string());
                }
            }
            ["ask", reader] => {
                let line = self.ask(reader);
                writeln!(printed, "{line}").unwrap();
            }
            ["take", reader] => {
                let (_, feed, id, page) = self.readers.iter().find(|(name, ..)| name == reader).expect("a known reader");
                self.feeds[*feed].1.advance(*id, page.end);
            }
            ["feed?", name] => {
                let feed = &self.feeds[self.feed(name)].1;
                let unread = self.readers.iter().filter(|(_, of, ..)| self.feeds[*of].0 == *name);
                let unread: String = unread.map(|(reader, _, id, _)| format!(", {} unread by {reader}", feed.unread(*id))).collect();
                writeln!(printed, "{name}: {} appended, {} kept{unread}", feed.appended(), feed.kept()).unwrap();
            }
            _ => return false,
        }
        true
    }

    fn feed(&self, name: &str) -> usize {
        self.feeds.iter().position(|(known, _)| known == name).unwrap_or_else(|| panic!("no feed {name}"))
    }

    fn ask(&mut self, reader: &str) -> String {
        let (name, feed, id, last) = self.readers.iter_mut().find(|(name, ..)| name == reader).expect("a known reader");
        let feed = &self.feeds[*feed].1;
        *last = feed.page(*id);
        if last.is_empty() {
            return format!("{name}: not modified");
        }
        let entries: Vec<&str> =
            (last.first..last.end).map(|number| self.entries[feed.entry(number).expect("it is kept") as usize].as_str()).collect();
        format!("{name}: {}{}", entries.join(" "), if last.more { ", and more" } else { "" })
    }
}

#[test]
fn an_unknown_reader_has_nothing_to_read_and_a_cursor_stays_within_the_feed() {
    let mut feed = Feed::new(0);
    let reader = feed.add_reader();
    feed.append(7);
    feed.append(8);
    assert!(feed.page(ReaderId(9)).is_empty());
    assert_eq!(feed.unread(ReaderId(9)), 0);
    feed.advance(ReaderId(9), 2);
    assert_eq!(feed.page(reader), Page { first: 0, end: 1, more: true }, "a page has at least one entry");
    feed.advance(reader, 1);
    feed.advance(reader, 0);
    assert_eq!((feed.unread(reader), feed.entry(0), feed.entry(1)), (1, None, Some(8)));
    feed.advance(reader, 99);
    assert_eq!((feed.unread(reader), feed.kept(), feed.appended()), (0, 0, 2));
}
