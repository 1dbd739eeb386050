//! Places for connections: so many in all, so many for one sender.

use crate::client::sender;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Connections of each sender.
type Taken = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// The places of a listener.
#[derive(Debug, Clone)]
pub(super) struct Places {
    all: Arc<Semaphore>,
    taken: Taken,
    per_sender_max: usize,
}

/// A place until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
    /// Whose place it is, and where that is counted.
    counted: Option<(IpAddr, Taken)>,
}

impl Places {
    pub(super) fn new(max: usize, per_sender_max: usize) -> Self {
        Self {
            all: Arc::new(Semaphore::new(max.clamp(1, Semaphore::MAX_PERMITS))),
            taken: Arc::default(),
            per_sender_max,
        }
    }

    /// Waits until a connection has a place.
    pub(super) async fn free(&self) -> Place {
        let permit = Arc::clone(&self.all).acquire_owned().await;
        Place {
            _permit: permit.expect("this semaphore is never closed"),
            counted: None,
        }
    }

    /// Gives a place to a sender, or none when it has enough.
    pub(super) fn of(&self, ip: IpAddr, mut place: Place) -> Option<Place> {
        let ip = sender(ip);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(ip).or_default();
        if *count >= self.per_sender_max {
            return None;
        }
        *count += 1;
        place.counted = Some((ip, Arc::clone(&self.taken)));
        Some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((ip, taken)) = &self.counted else {
            return;
        };
        let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(ip) {
            *count -= 1;
            if *count == 0 {
                taken.remove(ip);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sender_has_its_share_and_gives_it_back() {
        let places = Places::new(10, 2);
        let ip = IpAddr::from([203, 0, 113, 1]);
        let one = places.of(ip, places.free().await).unwrap();
        let other = places.of(ip, places.free().await).unwrap();
        assert!(places.of(ip, places.free().await).is_none());
        let neighbour = IpAddr::from([203, 0, 113, 2]);
        assert!(places.of(neighbour, places.free().await).is_some());
        drop(one);
        assert!(places.of(ip, places.free().await).is_some());
        drop(other);
        assert!(places.taken.lock().unwrap().is_empty());
        assert_eq!(places.all.available_permits(), 10);
    }
}
