//! A station: c servers, one waiting line, first come first served, perhaps bounded.
//!
//! Knows no clock, no service times and no statistics: the caller says when somebody comes or goes, draws how long a service
//! takes, and observes. Invariant: nobody waits while a server is idle.

use super::Ring;
use crate::units::Time;

/// Servers and the line before them.
#[derive(Clone, Debug)]
pub struct Station<T> {
    servers: u32,
    busy: u32,
    line: Ring<(Time, T)>,
    /// Most customers that may wait.
    capacity: usize,
}

/// What becomes of somebody who arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// A server is free: service starts now.
    Served,
    /// Joined the line.
    Waits,
    /// The line is full.
    Refused,
}

impl<T: Copy> Station<T> {
    /// A station with so many servers and places to wait; none is unlimited.
    pub fn new(servers: u32, capacity: Option<u64>) -> Self {
        let capacity = capacity.map_or(usize::MAX, |places| usize::try_from(places).unwrap_or(usize::MAX));
        Station { servers, busy: 0, line: Ring::default(), capacity }
    }

    /// Somebody comes.
    #[inline(always)]
    pub fn arrive(&mut self, now: Time, customer: T) -> Admission {
        if self.busy < self.servers {
            self.busy += 1;
            Admission::Served
        } else if self.line.len() < self.capacity {
            self.line.push_back((now, customer));
            Admission::Waits
        } else {
            Admission::Refused
        }
    }

    /// A service ends; the next in line, with the instant it came, starts at once on the same server.
    #[inline(always)]
    pub fn leave(&mut self) -> Option<(Time, T)> {
        debug_assert!(self.busy > 0);
        let next = self.line.pop_front();
        if next.is_none() {
            self.busy -= 1;
        }
        next
    }

    /// Everybody goes at once, unserved; those who stood in line and when they came.
    pub fn clear(&mut self) -> Ring<(Time, T)> {
        self.busy = 0;
        std::mem::take(&mut self.line)
    }

    /// Servers at work.
    #[inline]
    pub fn busy(&self) -> u32 {
        self.busy
    }

    /// Servers in all.
    pub fn servers(&self) -> u32 {
        self.servers
    }

    /// Customers in line.
    #[inline]
    pub fn waiting(&self) -> usize {
        self.line.len()
    }

    /// Those in line and when they came, first come first.
    pub fn line(&self) -> impl Iterator<Item = &(Time, T)> {
        self.line.iter()
    }
}
