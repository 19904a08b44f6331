//! The lines of a data file one after the other, of which only one and what was read with it are held.

use crate::scenario::files::{CHUNK, Contents, FileError};
use sha2::{Digest, Sha256};

/// With which some programs begin a text in UTF-8.
const MARK: &[u8] = "\u{feff}".as_bytes();
/// A longer line is no row of a table.
const LINE_MAX: usize = 1 << 20;

/// A file's lines, and the digest of all that has been read.
pub(super) struct Lines {
    contents: Contents,
    hash: Sha256,
    /// What has been read and not been handed out, from `start` to `end`.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    is_over: bool,
    /// Of the line handed out last, from 1.
    number: usize,
}

impl Lines {
    pub fn new(contents: Contents) -> Lines {
        Lines { contents, hash: Sha256::new(), buffer: vec![0; 2 * CHUNK], start: 0, end: 0, is_over: false, number: 0 }
    }

    /// The next line that is neither empty nor a comment, with its number and without blanks around it; none at the end.
    ///
    /// # Errors
    /// When it can't be read, or is far too long.
    pub fn next_filled(&mut self) -> Result<Option<(usize, &[u8])>, FileError> {
        loop {
            let Some((start, end)) = self.next()? else { return Ok(None) };
            if !is_blank(self.buffer[start..end].trim_ascii()) {
                // Borrowed anew: a loop can't give out what it may have to let go.
                return Ok(Some((self.number, self.buffer[start..end].trim_ascii())));
            }
        }
    }

    /// Where in the buffer the next line lies.
    fn next(&mut self) -> Result<Option<(usize, usize)>, FileError> {
        let mut looked = self.start;
        loop {
            if let Some(length) = self.buffer[looked..self.end].iter().position(|byte| *byte == b'\n') {
                return Ok(Some(self.hand_out(looked + length, looked + length + 1)));
            }
            if self.is_over {
                return Ok((self.start < self.end).then(|| self.hand_out(self.end, self.end)));
            }
            let held = self.end - self.start;
            if held > LINE_MAX {
                let what = format!("has a line of more than {LINE_MAX} bytes, line {}", self.number + 1);
                return Err(FileError::new(what, "a data file has a row in each line"));
            }
            self.read_on()?;
            looked = self.start + held;
        }
    }

    fn hand_out(&mut self, end: usize, next: usize) -> (usize, usize) {
        if self.number == 0 && self.buffer[self.start..end].starts_with(MARK) {
            self.start += MARK.len();
        }
        self.number += 1;
        (std::mem::replace(&mut self.start, next), end)
    }

    fn read_on(&mut self) -> Result<(), FileError> {
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        if self.buffer.len() < self.end + CHUNK {
            self.buffer.resize(self.end + CHUNK, 0);
        }
        let size = self.contents.read(&mut self.buffer[self.end..])?;
        self.hash.update(&self.buffer[self.end..self.end + size]);
        self.end += size;
        self.is_over = size == 0;
        Ok(())
    }

    /// Of the whole file, once all lines were handed out.
    pub fn digest(self) -> [u8; 32] {
        debug_assert!(self.is_over);
        self.hash.finalize().into()
    }
}

/// An empty line or a comment.
fn is_blank(line: &[u8]) -> bool {
    line.is_empty() || line[0] == b'#'
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    /// Gives so many bytes at a time.
    struct Slow(std::io::Cursor<Vec<u8>>, usize);

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let size = self.1.min(buffer.len());
            self.0.read(&mut buffer[..size])
        }
    }

    fn lines(text: &str, at_once: usize) -> Vec<(usize, String)> {
        let mut lines = Lines::new(Contents::plain(Slow(std::io::Cursor::new(text.into()), at_once), u64::MAX));
        let mut all = Vec::new();
        while let Some((number, line)) = lines.next_filled().unwrap() {
            all.push((number, String::from_utf8(line.to_vec()).unwrap()));
        }
        assert_eq!(lines.digest(), <[u8; 32]>::from(Sha256::digest(text.as_bytes())));
        all
    }

    #[test]
    fn lines_are_the_same_however_they_come() {
        let long = "7".repeat(3 * CHUNK);
        let text = format!("a\n\n # no\r\n b,c \r\n{long}\n{}no end", "x,y\n".repeat(CHUNK));
        let expected: Vec<(usize, String)> = text
            .split('\n')
            .enumerate()
            .map(|(index, line)| (index + 1, line.trim().to_string()))
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
            .collect();
        for at_once in [1, 7, CHUNK, usize::MAX] {
            assert_eq!(lines(&text, at_once), expected, "{at_once} at once");
        }
        assert_eq!(lines("", 5), []);
        assert_eq!(lines("\u{feff}t\n1", 1), [(1, "t".to_string()), (2, "1".to_string())]);
        assert_eq!(lines("\n#\n", 5), []);
    }
}
