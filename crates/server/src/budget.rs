//! Bounded memory for what is being taken in: every request reserves the bytes it holds, and waits
//! a little or is refused when all are taken.

use crate::error::{ApiError, ApiResult};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const UNIT_BYTES: usize = 4 << 10;

/// The bytes that all requests together may hold.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    units: Arc<Semaphore>,
    units_max: usize,
    wait: Duration,
}

impl Budget {
    pub(crate) fn new(bytes: usize, wait: Duration) -> Self {
        let units_max = (bytes / UNIT_BYTES).clamp(1, u32::MAX as usize);
        Self {
            units: Arc::new(Semaphore::new(units_max)),
            units_max,
            wait,
        }
    }

    /// A reservation of nothing yet; it ends when it is dropped.
    pub(crate) fn reserve(&self) -> Reservation {
        Reservation {
            budget: self.clone(),
            permit: None,
        }
    }

    /// Bytes that are taken.
    pub(crate) fn taken_bytes(&self) -> usize {
        (self.units_max - self.units.available_permits()) * UNIT_BYTES
    }
}

/// The bytes of one request. Who takes what it needs at once never waits while it holds something
/// that others wait for; growing is for what could not be known.
#[derive(Debug)]
pub(crate) struct Reservation {
    budget: Budget,
    permit: Option<OwnedSemaphorePermit>,
}

impl Reservation {
    /// Grows to at least this many bytes; it never shrinks.
    pub(crate) async fn cover(&mut self, bytes: usize) -> ApiResult<()> {
        // No request can ask for more than there is: it would wait for ever.
        let wanted = bytes.div_ceil(UNIT_BYTES).min(self.budget.units_max);
        let held = self
            .permit
            .as_ref()
            .map_or(0, OwnedSemaphorePermit::num_permits);
        let Some(more) = wanted.checked_sub(held).filter(|more| *more > 0) else {
            return Ok(());
        };
        let more = u32::try_from(more).expect("units_max fits u32");
        let units = Arc::clone(&self.budget.units).acquire_many_owned(more);
        let Ok(Ok(permit)) = tokio::time::timeout(self.budget.wait, units).await else {
            return Err(ApiError::unavailable(
                "overloaded",
                "too much is being sent at once: send this again later",
            ));
        };
        match &mut self.permit {
            Some(held) => held.merge(permit),
            None => self.permit = Some(permit),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn refuses_beyond_the_budget_and_recovers() {
        let budget = Budget::new(1 << 20, Duration::from_millis(10));
        let mut one = budget.reserve();
        one.cover(700 << 10).await.unwrap();
        one.cover(600 << 10).await.unwrap();
        assert_eq!(
            budget.taken_bytes(),
            700 << 10,
            "covering less is no growth"
        );
        let mut other = budget.reserve();
        assert_eq!(other.cover(400 << 10).await.unwrap_err().code, "overloaded");
        drop(one);
        other.cover(400 << 10).await.unwrap();
        other.cover(5 << 20).await.unwrap();
        assert_eq!(budget.taken_bytes(), 1 << 20);
    }
}
