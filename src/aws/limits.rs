//! How many calls go to one service of one account and region at once: fewer when AWS asks to slow down, and more again when it does not.
//!
//! AWS counts calls for each account, region and service, so that one that is slow must not hold up the others. The number of calls under way
//! is halved when one is throttled, at most once for all that were under way together, and grows by one for each round of calls that went
//! well: additive increase, multiplicative decrease. What was throttled is tried again by the SDK, later each time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

tokio::task_local! {
    /// The lane of the call that is under way, and how often it had been halved when the call was last sent.
    static UNDER_WAY: (Arc<Lane>, AtomicU64);
}

/// The lanes of a run, by account, region and service.
#[derive(Clone)]
pub(super) struct Limits {
    /// How many calls a lane takes at once while nothing is throttled.
    most: usize,
    lanes: Arc<Mutex<BTreeMap<[String; 3], Arc<Lane>>>>,
}

impl Limits {
    pub(super) fn new(most: usize) -> Self {
        Self { most, lanes: Arc::default() }
    }

    /// The lane of a service, by its name in IAM actions.
    pub(super) fn lane(&self, account: &str, region: &str, service: &str) -> Arc<Lane> {
        let key = [account, region, service].map(str::to_owned);
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes.entry(key).or_insert_with_key(|[account, region, service]| {
            Arc::new(Lane::new(format!("{service} in {region} of account {account}"), self.most))
        });
        Arc::clone(lane)
    }
}

/// The calls to one service of one account and region.
#[derive(Debug)]
pub(super) struct Lane {
    /// What a person calls it.
    name: String,
    pace: Mutex<Pace>,
    freed: Notify,
}

#[derive(Debug)]
struct Pace {
    most: usize,
    /// How many calls may be under way.
    window: usize,
    under_way: usize,
    /// Calls that went well since the window last changed.
    well: usize,
    /// Counts the times that the window was halved.
    halved: u64,
}

/// A place in a lane, which is free again when this is dropped.
pub(super) struct Turn {
    lane: Arc<Lane>,
    /// How often the window had been halved when the call began.
    began: u64,
}

impl Lane {
    fn new(name: String, most: usize) -> Self {
        let most = most.max(1);
        Self { name, pace: Mutex::new(Pace { most, window: most, under_way: 0, well: 0, halved: 0 }), freed: Notify::new() }
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a place.
    async fn turn(self: &Arc<Self>) -> Turn {
        loop {
            let freed = self.freed.notified();
            {
                let mut pace = self.pace();
                if pace.under_way < pace.window {
                    pace.under_way += 1;
                    return Turn { lane: Arc::clone(self), began: pace.halved };
                }
            }
            freed.await;
        }
    }

    /// Makes one call when there is a place for it.
    pub(super) async fn run<T, E>(self: &Arc<Self>, call: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let turn = self.turn().await;
        let answer = UNDER_WAY.scope((Arc::clone(self), AtomicU64::new(turn.began)), call).await;
        if answer.is_ok() {
            turn.went_well();
        }
        answer
    }

    /// Halves the pace, unless another call that was sent at the same pace did so already; returns how often it was halved by now.
    fn halve(&self, sent: u64) -> u64 {
        let mut pace = self.pace();
        if pace.halved != sent {
            return pace.halved;
        }
        pace.window = (pace.window / 2).max(1);
        pace.well = 0;
        pace.halved += 1;
        if pace.halved == 1 {
            tracing::warn!("AWS asks to slow down: {}; going on with fewer calls at once", self.name);
        }
        pace.halved
    }
}

impl Turn {
    /// Counts the call, unless somebody was throttled since it began.
    fn went_well(self) {
        let mut pace = self.lane.pace();
        if pace.halved != self.began {
            return;
        }
        pace.well += 1;
        if pace.well >= pace.window && pace.window < pace.most {
            pace.window += 1;
            pace.well = 0;
            drop(pace);
            self.lane.freed.notify_one();
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.lane.pace().under_way -= 1;
        self.lane.freed.notify_one();
    }
}

/// AWS asked the call that is under way to slow down.
pub(super) fn throttled() {
    // A call outside of every lane (who the caller is) has nobody to slow down.
    let _ = UNDER_WAY.try_with(|(lane, sent)| sent.store(lane.halve(sent.load(Ordering::Relaxed)), Ordering::Relaxed));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(lane: &Lane) -> usize {
        lane.pace().window
    }

    /// A call that is throttled once, and passes when it is tried again.
    async fn refused() -> Result<(), ()> {
        tokio::task::yield_now().await;
        throttled();
        Ok(())
    }

    #[tokio::test]
    async fn a_throttled_round_halves_the_pace_once_and_good_ones_bring_it_back() {
        let lane = Limits::new(8).lane("123456789012", "us-east-1", "dynamodb");
        futures_util::future::join_all((0..8).map(|_| lane.run(refused()))).await;
        assert_eq!(window(&lane), 4, "eight calls of one round count once");
        let mut calls = 0;
        while window(&lane) < 8 {
            lane.run(async { Ok::<(), ()>(()) }).await.unwrap();
            calls += 1;
        }
        assert_eq!(calls, 4 + 5 + 6 + 7);
        lane.run(refused()).await.unwrap();
        assert_eq!(window(&lane), 4);
    }

    #[tokio::test]
    async fn no_more_calls_are_under_way_than_the_pace_allows() {
        let lane = Limits::new(3).lane("123456789012", "us-east-1", "s3");
        let most = Mutex::new((0, 0));
        let call = async || {
            most.lock().unwrap().0 += 1;
            for _ in 0..5 {
                tokio::task::yield_now().await;
            }
            let mut counted = most.lock().unwrap();
            counted.1 = counted.1.max(counted.0);
            counted.0 -= 1;
            Ok::<(), ()>(())
        };
        futures_util::future::join_all((0..20).map(|_| lane.run(call()))).await;
        assert_eq!(*most.lock().unwrap(), (0, 3));
    }

    #[tokio::test]
    async fn lanes_do_not_hold_each_other_up() {
        let limits = Limits::new(4);
        let slow = limits.lane("123456789012", "us-east-1", "s3");
        slow.run(refused()).await.unwrap();
        assert_eq!(window(&slow), 2);
        for (account, region, service) in
            [("210987654321", "us-east-1", "s3"), ("123456789012", "eu-west-1", "s3"), ("123456789012", "us-east-1", "sns")]
        {
            assert_eq!(window(&limits.lane(account, region, service)), 4);
        }
        assert_eq!(window(&limits.lane("123456789012", "us-east-1", "s3")), 2, "one lane for all targets of an account and region");
    }
}
