//! How subscribers that compete for a queue share what comes to it.

use super::{Course, Pass};
use crate::scenario::spec::Destination;

impl Pass<'_, '_> {
    /// Subscribers that compete for a queue take turns while they have credit. Where that would ask more of one than it can do, it is
    /// without credit most of the time and the others take the more: they share by what they can do.
    pub(super) fn compete(&mut self) {
        let scenario = self.scenario;
        for queue in 0..scenario.queues.len() {
            let takers: Vec<usize> =
                (0..scenario.subscribers.len()).filter(|taker| scenario.subscribers[*taker].from == Destination::Queue(queue)).collect();
            if takers.len() < 2 || takers.iter().any(|taker| scenario.subscribers[*taker].credit().is_none()) {
                continue;
            }
            let flows: Vec<(f64, f64)> = takers.iter().map(|taker| self.flow_and_load(*taker)).collect();
            takers.iter().for_each(|taker| self.workers[*taker].estimated = true);
            let is_scarce =
                flows.iter().any(|(_, load)| *load > 1.0) && flows.iter().all(|(messages, load)| *messages > 0.0 && *load > 0.0);
            if is_scarce {
                let capacities: Vec<f64> = flows.iter().map(|(messages, load)| messages / load).collect();
                self.share(&takers, &capacities);
            }
        }
    }

    /// Messages a second of a subscriber, and which part of its workers they need where these wait for nobody.
    fn flow_and_load(&self, taker: usize) -> (f64, f64) {
        let mine = self.stations.courses.iter().zip(&self.messages).filter(|(course, _)| course.flow.taker == taker);
        let held = |course: &Course| course.work.mean + self.answers(course).unwrap_or(0.0);
        let (messages, busy) =
            mine.fold((0.0, 0.0), |(messages, busy), (course, rate)| (messages + rate, busy + rate * course.flow.attempts * held(course)));
        (messages, busy / f64::from(self.stations.taker(taker).workers))
    }

    /// Splits all that these takers get, event by event, in proportion to what they can do.
    fn share(&mut self, takers: &[usize], capacities: &[f64]) {
        let all: f64 = capacities.iter().sum();
        let courses = &self.stations.courses;
        for event in 0..self.rates.len() {
            let theirs: Vec<usize> = (0..courses.len())
                .filter(|course| courses[*course].flow.event == event && takers.contains(&courses[*course].flow.taker))
                .collect();
            let messages: f64 = theirs.iter().map(|course| self.messages[*course]).sum();
            for course in theirs {
                let place = takers.iter().position(|taker| *taker == courses[course].flow.taker).unwrap_or(0);
                self.messages[course] = messages * capacities[place] / all;
            }
        }
    }
}
