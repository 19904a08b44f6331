//! Makes the reports of the shipped scenarios again: `cargo run --release --example reports`, or with names for these alone.
//!
//! Every `scenarios/*.toml` gets `reports/shipped/NAME/` with summary and charts, three of them the whole page too, and
//! `reports/shipped/README.md` lists all with their answers. What a person's own runs write lies beside `shipped/` and is not kept.
//! The same files come out on every machine, so the tests can tell whether they are current (`tests/it/shipped.rs`).

#[path = "reports/gallery.rs"]
mod gallery;

use gallery::{FOLDER, made, scenarios, stem};
use std::path::Path;
use std::{fs, io};

fn main() -> io::Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER);
    for file in scenarios() {
        let name = stem(&file);
        if !wanted.is_empty() && !wanted.contains(&name) {
            continue;
        }
        println!("{name}");
        let folder = root.join(&name);
        let _ = fs::remove_dir_all(&folder);
        for (path, bytes) in made(&file) {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap_or(&folder))?;
            fs::write(path, bytes)?;
        }
    }
    // What has no scenario any more.
    let names: Vec<String> = scenarios().iter().map(|file| stem(file)).collect();
    for entry in fs::read_dir(&root)?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() && !names.contains(&name) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    fs::write(root.join("README.md"), gallery::index(&root))
}
