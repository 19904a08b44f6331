//! Gives the binary a digest of the broker's source code, so that an outcome says which broker was executed.

use std::{fs, path::Path};

fn main() {
    let folder = Path::new("src/core");
    println!("cargo:rerun-if-changed=src/core");
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("src/core is there").map(|entry| entry.expect("a readable folder").path()).collect();
    files.sort();
    // FNV-1a, 64 bits: a fingerprint against mix-ups, not against malice.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for file in files {
        let text = fs::read(&file).expect("a readable source file");
        for byte in text.iter().filter(|byte| **byte != b'\r') {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    println!("cargo:rustc-env=BUSLOAD_CORE_DIGEST={hash:016x}");
}
