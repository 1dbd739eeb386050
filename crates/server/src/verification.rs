//! Verifying the ledger in the background, one at a time: the same checks as those of `daybook verify` over
//! a data directory, by the server's own key. What came out is on record, and is shown until the next.

use crate::app::App;
use crate::control::Actor;
use crate::error::{ApiError, ApiResult};
use crate::evidence::Files;
use daybook_ledger::VerifierKey;
use daybook_ledger::verify::{
    Earlier, Finding, Place, Report, StoreReport, Trust, Verdict, verify,
};
use daybook_model::ledger::{Comparison, Difference};
use daybook_model::logstore::StoreResult;
use daybook_model::{StoreError, Timestamp};
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use utoipa::ToSchema;

/// What came out of a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VerificationResult {
    /// Everything that was read is what was signed.
    Pass,
    /// Something is not.
    Fail,
    /// It cannot be told.
    Unchecked,
}

/// A verification.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
pub(crate) struct Verification {
    /// Who asked for it.
    by: String,
    started_at: String,
    /// Absent while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<String>,
    /// Events that are checked so far.
    events: u64,
    /// Events that the checkpoint covers.
    tree_size: u64,
    /// What came out.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<VerificationResult>,
    /// The same in one line that can be quoted; it names the first event or file that is not right.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<String>,
}

/// The verification that runs, or the last one since the start.
#[derive(Debug, Default)]
pub(crate) struct Verifications(Mutex<Option<Verification>>);

impl Verifications {
    fn state(&self) -> MutexGuard<'_, Option<Verification>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The one that runs, or the last.
    pub(crate) fn last(&self) -> Option<Verification> {
        self.state().clone()
    }

    fn begin(&self, new: Verification) -> ApiResult<()> {
        let mut state = self.state();
        if state.as_ref().is_some_and(|it| it.finished_at.is_none()) {
            return Err(ApiError::new(
                axum::http::StatusCode::CONFLICT,
                "verification_running",
                "a verification runs already: wait until it has ended",
            ));
        }
        *state = Some(new);
        Ok(())
    }

    fn note(&self, change: impl FnOnce(&mut Verification)) {
        self.state().as_mut().map(change);
    }

    fn end(&self, result: VerificationResult, line: &str) {
        self.note(|it| {
            it.finished_at = Some(Timestamp::now().to_string());
            (it.result, it.line) = (Some(result), Some(line.into()));
        });
    }
}

impl App {
    /// Begins to verify the ledger, also against checkpoints that somebody has kept.
    pub(crate) async fn begin_verification(
        &self,
        actor: Actor,
        earlier: Vec<Earlier>,
    ) -> ApiResult<Option<Verification>> {
        let files = Files::newest(self).await?;
        self.verifications.begin(Verification {
            by: actor.name.clone(),
            started_at: Timestamp::now().to_string(),
            finished_at: None,
            events: 0,
            tree_size: files.checkpoint.size,
            result: None,
            line: None,
        })?;
        if let Err(error) = self.control.record_verification_start(&actor).await {
            self.verifications
                .end(VerificationResult::Unchecked, &error.to_string());
            return Err(error.into());
        }
        let app = self.clone();
        tokio::spawn(async move { app.verify(actor, files, earlier).await });
        Ok(self.verifications.last())
    }

    async fn verify(self, actor: Actor, files: Files, earlier: Vec<Earlier>) {
        let app = self.clone();
        let checked = tokio::task::spawn_blocking(move || {
            let progress = |events| app.verifications.note(|it| it.events = events);
            check(&files, &earlier, progress)
        });
        let (result, line) = checked.await.unwrap_or_else(|error| {
            let line = format!("COULD NOT CHECK: {error}");
            (VerificationResult::Unchecked, line)
        });
        let passed = result == VerificationResult::Pass;
        let recorded = self
            .control
            .record_verification(&actor, passed, &line)
            .await;
        if let Err(error) = recorded {
            tracing::warn!(%error, "a verification cannot be put on record");
        }
        match result {
            VerificationResult::Pass => tracing::info!(line, "the ledger was verified"),
            _ => tracing::error!(line, "the ledger could not be verified"),
        }
        self.verifications.end(result, &line);
    }
}

fn check(
    files: &Files,
    earlier: &[Earlier],
    progress: impl FnMut(u64),
) -> (VerificationResult, String) {
    let key = match files.key.parse::<VerifierKey>() {
        Ok(key) => [key],
        Err(error) => {
            let line = format!("COULD NOT CHECK: {error}");
            return (VerificationResult::Unchecked, line);
        }
    };
    let trust = Trust {
        origin: &files.checkpoint.origin,
        keys: &key,
        policy: None,
        earlier,
        // One: it must not keep others from working.
        threads: NonZeroUsize::MIN,
    };
    let verdict = match verify(files, &trust, progress) {
        Verdict::Pass(report) => {
            let compared = files.compare(&report);
            verdict_with_store(report, compared)
        }
        other => other,
    };
    match (&verdict, files.damaged()) {
        (Verdict::Pass(_), _) => (VerificationResult::Pass, verdict.to_string()),
        // Damage is never given out, so the verifier did not see it.
        (_, Some(damaged)) => (VerificationResult::Fail, format!("FAIL: {damaged}")),
        (Verdict::Fail(_), None) => (VerificationResult::Fail, verdict.to_string()),
        (Verdict::Unchecked(_), None) => (VerificationResult::Unchecked, verdict.to_string()),
    }
}

/// The verdict on a ledger that passed, and the store that shows its events.
#[must_use]
pub fn verdict_with_store(report: Report, compared: StoreResult<Comparison>) -> Verdict {
    match compared {
        Err(StoreError::Damaged(what)) => Verdict::Fail(Finding {
            place: Place::Store,
            what,
        }),
        // What it says to senders means nothing here.
        Err(StoreError::Unavailable(why)) => Verdict::Unchecked(why),
        Err(error) => Verdict::Unchecked(error.to_string()),
        Ok(comparison) => match comparison.first_difference {
            Some(Difference {
                index: Some(index),
                id,
                what,
            }) => Verdict::Fail(Finding {
                place: Place::Event(index, id),
                what,
            }),
            Some(Difference { id, what, .. }) => Verdict::Fail(Finding {
                place: Place::Store,
                what: format!("the audit event {:?} {what}", id.unwrap_or_default()),
            }),
            None => Verdict::Pass(Report {
                store: Some(StoreReport {
                    equal: comparison.equal,
                    archived: comparison.archived,
                    expired: comparison.expired,
                    newer: comparison.newer,
                }),
                ..report
            }),
        },
    }
}
