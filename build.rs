//! Gives the binary digests of its source code: of the broker, so that an outcome says which broker was executed, and of everything,
//! so that no finished point of another build is taken for one of this.

use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo:rerun-if-changed=src");
    println!("cargo:rustc-env=BUSLOAD_CORE_DIGEST={}", digest(Path::new("src/core")));
    println!("cargo:rustc-env=BUSLOAD_SOURCE_DIGEST={}", digest(Path::new("src")));
}

/// FNV-1a, 64 bits: a fingerprint against mix-ups, not against malice.
fn digest(folder: &Path) -> String {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for file in files {
        let text = fs::read(&file).expect("a readable source file");
        for byte in text.iter().filter(|byte| **byte != b'\r') {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the source is there") {
        let path = entry.expect("a readable folder").path();
        match path.is_dir() {
            true => collect(&path, files),
            false => files.push(path),
        }
    }
}
