//! Every kind of report in a real browser, from a file: nothing is fetched, nothing goes wrong, charts are drawn, tables sort and filter,
//! it fits wide and narrow windows and prints, and its numbers are the outcome's.
//!
//! Needs Chromium (`CHROMIUM` says where it is, else it is looked for); without one it says so and passes.

use crate::report_kinds::made;
use crate::report_samples::{hostile, rich, sixty};
use busload::report::render;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use tempfile::TempDir;

const CATCH: &str = include_str!("../browser/catch.js");
const DRIVE: &str = include_str!("../browser/drive.js");
const FRAMES: &str = include_str!("../browser/frames.html");

fn chromium() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM") {
        return Some(named.into());
    }
    let folders: Vec<PathBuf> = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|path| path.is_file())
}

/// Headless, without sandbox as containers have none, and without any name that resolves.
fn browse(chromium: &Path, folder: &Path, arguments: &[&str]) -> (String, String) {
    let output = process::Command::new(chromium)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--enable-logging=stderr"])
        .args(["--host-resolver-rules=MAP * ~NOTFOUND", "--no-first-run", "--disable-extensions", "--disable-background-networking"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .args(arguments)
        .output()
        .expect("the browser starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

/// All pages with the outcomes that they show.
fn pages(folder: &Path) -> BTreeMap<String, (String, Value)> {
    let mut pages = BTreeMap::new();
    for (name, _) in made(folder) {
        let read = |file: &str| fs::read_to_string(folder.join(name).join(file)).unwrap();
        pages.insert(name.to_string(), (read("report.html"), serde_json::from_str(&read("outcome.json")).unwrap()));
    }
    for (name, outcome) in [("rich", rich()), ("sixty", sixty()), ("hostile", hostile())] {
        let files: BTreeMap<String, Vec<u8>> = render(&outcome).into_iter().collect();
        let text = |file: &str| String::from_utf8(files[file].clone()).unwrap();
        pages.insert(name.into(), (text("report.html"), serde_json::from_str(&text("outcome.json")).unwrap()));
    }
    pages
}

/// The page as it is, with a script before all others and one after.
fn driven(page: &str) -> String {
    let (head, rest) = page.split_once("<head>").expect("a page has a head");
    let (body, end) = rest.rsplit_once("</body>").expect("a page has a body");
    format!("{head}<head><script>{CATCH}</script>{body}<script>{DRIVE}</script></body>{end}")
}

fn visit(chromium: &Path, folder: &Path, pages: &BTreeMap<String, (String, Value)>) -> Vec<Value> {
    let mut jobs = Vec::new();
    for (name, (page, _)) in pages {
        fs::write(folder.join(format!("{name}.html")), driven(page)).unwrap();
        jobs.extend([1600, 390].map(|width| serde_json::json!({ "page": name, "width": width })));
    }
    let frames = folder.join("frames.html");
    fs::write(&frames, FRAMES.replace("JOBS", &Value::from(jobs).to_string())).unwrap();
    let address = format!("file://{}", frames.display());
    let (dom, log) = browse(chromium, folder, &["--window-size=1700,1300", "--virtual-time-budget=600000", "--dump-dom", &address]);
    let console: Vec<&str> = log.lines().filter(|line| line.contains("CONSOLE")).collect();
    assert!(console.is_empty(), "the console says: {console:?}");
    let (_, found) = dom.split_once("<pre id=\"found\">").unwrap_or_else(|| panic!("the pages were not all opened:\n{log}"));
    let found = found.split_once("</pre>").expect("the element ends").0;
    let found = found.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u{a0}").replace("&amp;", "&");
    serde_json::from_str(&found).expect("the frames write JSON")
}

#[test]
fn every_kind_of_report_works_in_a_browser() {
    let Some(chromium) = chromium() else {
        eprintln!("SKIPPED: no Chromium on this machine, so no report was opened in a browser (install it, or set CHROMIUM)");
        return;
    };
    let folder = TempDir::new().unwrap();
    let pages = pages(folder.path());
    let found = visit(&chromium, folder.path(), &pages);
    assert_eq!(found.len(), 2 * pages.len());
    for visit in &found {
        let (name, width, facts) = (visit["page"].as_str().unwrap(), &visit["width"], &visit["facts"]);
        let page = format!("{name} at {width}");
        assert!(facts.is_object(), "{page} did not answer");
        works(&page, facts);
        let (_, outcome) = &pages[name];
        if outcome["schema"] == "busload/outcome/1" {
            has_the_metrics_of(&page, facts, outcome);
        } else {
            has_the_numbers_of(&page, facts, outcome);
        }
    }
    groups_open(&found);
    for name in ["rich", "compare", "adverse"] {
        prints(&chromium, folder.path(), name);
    }
}

/// What holds of every page.
fn works(page: &str, facts: &Value) {
    assert_eq!(facts["problems"], serde_json::json!([]), "{page}");
    assert_eq!(facts["fetched"], serde_json::json!([]), "{page}");
    assert_eq!(facts["nameless"], 0, "{page}: controls without a name");
    assert!(facts["wide"].as_i64().unwrap() <= 0, "{page} is {} pixels too wide", facts["wide"]);
    for figure in facts["figures"].as_array().unwrap() {
        assert!(figure["drawn"] == true && figure["named"] == true && figure["title"] != "", "{page}: {figure}");
    }
    for sort in facts["sorts"].as_array().unwrap() {
        assert!(sort["up"] == true && sort["down"] == true, "{page}: {sort}");
    }
    let filters = &facts["filters"];
    if filters.is_object() {
        assert!(filters["fit"] == true && filters["left"].as_u64() >= Some(1) && filters["csv"] == filters["left"], "{page}: {filters}");
        assert!(filters["left"].as_u64() <= filters["all"].as_u64(), "{page}: {filters}");
    }
    if facts["figures"].as_array().unwrap().iter().any(|figure| figure["live"] == true) {
        assert!(facts["speaks"].as_str().is_some_and(|said| said.contains(": ")), "{page}: {}", facts["speaks"]);
    }
    let highlights = &facts["highlights"];
    if highlights.is_object() {
        assert!(highlights["shown"] == true && highlights["gone"] == true && highlights["opened"] != false, "{page}: {highlights}");
    }
}

/// Every row of the table is a metric with its number; charts of all parts are live.
fn has_the_metrics_of(page: &str, facts: &Value, outcome: &Value) {
    let known: BTreeMap<String, f64> = outcome["metrics"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|metric| Some((metric["name"].as_str()?.replace(|c: char| c.is_control(), " "), metric["point"].as_f64()?)))
        .collect();
    let rows = facts["rows"].as_array().unwrap();
    assert!(!rows.is_empty(), "{page} has no metrics");
    for row in rows {
        let (name, told): (&str, f64) = (row[0].as_str().unwrap(), row[1].as_str().unwrap().parse().unwrap());
        assert_eq!(known.get(name), Some(&told), "{page}: {name}");
    }
    let live = facts["figures"].as_array().unwrap().iter().filter(|figure| figure["live"] == true).count();
    assert!(live >= 3, "{page}: {live} live charts");
}

/// Every number with a fraction that a table sorts by is one of the outcome's.
fn has_the_numbers_of(page: &str, facts: &Value, outcome: &Value) {
    let mut known = BTreeSet::new();
    numbers(outcome, &mut known);
    let told: Vec<f64> = facts["numbers"].as_array().unwrap().iter().map(|told| told.as_str().unwrap().parse().unwrap()).collect();
    assert!(!told.is_empty() || page.starts_with("forecast"), "{page} tells no numbers");
    for number in told.into_iter().filter(|number| number.fract() != 0.0) {
        assert!(known.contains(&number.to_bits()), "{page}: {number} is not in the outcome");
    }
}

fn numbers(value: &Value, into: &mut BTreeSet<u64>) {
    match value {
        Value::Number(number) => into.extend(number.as_f64().map(f64::to_bits)),
        Value::String(text) => into.extend(text.parse::<f64>().ok().map(f64::to_bits)),
        Value::Array(all) => all.iter().for_each(|each| numbers(each, into)),
        Value::Object(all) => all.values().for_each(|each| numbers(each, into)),
        _ => {}
    }
}

/// With too many boxes for one picture each segment opens on click.
fn groups_open(found: &[Value]) {
    let sixty = found.iter().find(|visit| visit["page"] == "sixty").expect("it was visited");
    let highlights = &sixty["facts"]["highlights"];
    assert!(highlights["parts"].as_u64() >= Some(1) && highlights["opened"] == true, "{highlights}");
}

/// On paper there are several pages with all charts.
fn prints(chromium: &Path, folder: &Path, name: &str) {
    let (file, page) = (folder.join(format!("{name}.pdf")), folder.join(name).with_extension("html"));
    let address = format!("file://{}", page.display());
    browse(chromium, folder, &["--no-pdf-header-footer", &format!("--print-to-pdf={}", file.display()), &address]);
    let pdf = fs::read(&file).expect("it prints");
    let sheets = pdf.windows(12).filter(|part| part.starts_with(b"/Type /Page\n") || part.starts_with(b"/Type /Page ")).count();
    assert!(pdf.starts_with(b"%PDF") && sheets >= 2, "{name}: {sheets} sheets");
}
