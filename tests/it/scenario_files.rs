//! Every scenario that ships loads without a problem, and is the design that its comments promise.

use busload::scenario::spec::{Kind, Weight};
use busload::scenario::{FileError, Files, Problems, Scenario, load};
use std::fs;

/// The disk, plainly.
struct Disk;

impl Files for Disk {
    fn read(&mut self, path: &str, _limit: u64) -> Result<Vec<u8>, FileError> {
        fs::read(path).map_err(|error| FileError::new(error.to_string(), ""))
    }
}

fn shipped(name: &str) -> Result<Scenario, Problems> {
    load(&format!("{}/scenarios/{name}", env!("CARGO_MANIFEST_DIR")), &mut Disk, &[])
}

#[test]
fn every_shipped_scenario_loads_and_says_what_it_asks() {
    let folder = format!("{}/scenarios", env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let name = entry.expect("it can be read").file_name().into_string().expect("plain names");
        if name.ends_with(".toml") {
            let scenario = shipped(&name).unwrap_or_else(|problems| panic!("{name}:\n{problems}"));
            assert!(scenario.question.ends_with('?'), "{name} asks nothing");
            count += 1;
        }
    }
    assert!(count >= 8, "only {count} scenarios");
}

#[test]
fn the_heavy_design_differs_from_the_light_one_in_the_weight_alone() {
    let (light, heavy) = (shipped("ticketing-light.toml").unwrap(), shipped("ticketing-heavy.toml").unwrap());
    assert_eq!((light.events[0].weight, heavy.events[0].weight), (Weight::Light, Weight::Heavy));
    assert_eq!((light.events[0].size.0, heavy.events[0].size.0), (300, 4096));
    assert_eq!(format!("{:?}", light.subscribers), format!("{:?}", heavy.subscribers));
    assert_eq!(format!("{:?}", light.sors), format!("{:?}", heavy.sors));
    assert_eq!(light.objectives, heavy.objectives);
    assert_ne!(light.digest, heavy.digest);
}

#[test]
fn the_peak_hour_loads_the_ticketing_system_to_about_two_thirds() {
    let scenario = shipped("ticketing-light.toml").unwrap();
    let (sor, event) = (&scenario.sors[0], &scenario.events[0]);
    let busiest = event.arrivals.profile.hourly.unwrap().into_iter().fold(0.0, f64::max);
    assert!((2.9..3.2).contains(&busiest), "the peak hour is {busiest} times the mean");
    let busload::scenario::spec::Service::Drawn(service) = sor.service.as_ref().unwrap() else { panic!("drawn") };
    let callbacks = event.arrivals.rate * busiest * scenario.subscribers.len() as f64 * service.mean();
    let own = sor.own_load.unwrap().hertz() * sor.own_service.mean();
    let utilization = (callbacks + own) / f64::from(sor.workers);
    assert!((0.65..0.75).contains(&utilization), "{utilization}");
}

#[test]
fn the_validation_scenarios_are_steady() {
    for name in ["mm1", "mmc", "md1", "mg1", "tandem"] {
        assert_eq!(shipped(&format!("{name}.toml")).unwrap().run.kind, Kind::Steady, "{name}");
    }
}
