//! `--notify`: tells a topic or a webhook that something moved.

use crate::aws::webhook::Webhook;
use crate::cli::Context;
use crate::cli::args::DriftArgs;
use crate::cli::failure::Failure;
use crate::cli::session;
use crate::kinds;
use crate::model::{Drift, Policy, Target};
use crate::view;
use serde_json::json;

/// Where to send a message.
pub(super) enum Receiver {
    /// A topic: its ARN, region and account.
    Topic { arn: String, region: String, account: String },
    /// A webhook.
    Webhook(Webhook),
}

/// Reads where to send messages, before anything else is done. No error says a webhook's URL.
pub(super) fn receivers(context: &Context, args: &DriftArgs) -> Result<Vec<Receiver>, Failure> {
    if args.notify.is_empty() && args.notify_always {
        return Err(Failure::error("--notify-always says when, and nothing says whom").help("add `--notify sns:ARN` or `--notify webhook`"));
    }
    args.notify.iter().map(|text| receiver(context, text)).collect()
}

fn receiver(context: &Context, text: &str) -> Result<Receiver, Failure> {
    const HELP: &str = "write `--notify sns:arn:aws:sns:…`, `--notify webhook:https://…`, or `--notify webhook` with the URL in \
                        BACKSTAY_NOTIFY_WEBHOOK";
    let webhook =
        |url: &str| Webhook::parse(url).map(Receiver::Webhook).map_err(|mistake| Failure::error(format!("--notify: {mistake}")).help(HELP));
    match text.split_once(':') {
        None if text == "webhook" => match context.environment.webhook.as_deref() {
            Some(url) => webhook(url),
            None => Err(Failure::error("--notify webhook: BACKSTAY_NOTIFY_WEBHOOK is not set").help(HELP)),
        },
        Some(("webhook", url)) => webhook(url),
        Some(("sns", arn)) => {
            topic(arn).ok_or_else(|| Failure::error(format!("--notify: `{arn}` is not the ARN of an SNS topic")).help(HELP))
        }
        // Whatever it is, it may hold a secret.
        _ => Err(Failure::error("--notify takes `sns:ARN`, `webhook:URL` or `webhook`").help(HELP)),
    }
}

fn topic(arn: &str) -> Option<Receiver> {
    let parts: Vec<&str> = arn.split(':').collect();
    let ["arn", _, "sns", region, account, name] = parts.as_slice() else { return None };
    let is_whole = !region.is_empty() && !name.is_empty() && crate::names::is_account_id(account);
    is_whole.then(|| Receiver::Topic { arn: arn.to_owned(), region: (*region).to_owned(), account: (*account).to_owned() })
}

/// Sends what moved to everybody; says on stderr whom it did not reach. Whether all were reached.
pub(super) async fn send(context: &Context, policy: &Policy, drift: &Drift, args: &DriftArgs, receivers: &[Receiver]) -> bool {
    let is_news = !drift.moved.is_empty() || !drift.is_complete();
    if !is_news && !args.notify_always {
        return true;
    }
    let mut all = true;
    for receiver in receivers {
        let sent = match receiver {
            Receiver::Webhook(webhook) => {
                let text = view::drift::chat(drift, kinds::spec);
                webhook.post(&json!({ "text": text })).await.map_err(|failed| failed.to_string())
            }
            Receiver::Topic { arn, region, account } => publish(context, policy, drift, args, (arn, region, account)).await,
        };
        if let Err(why) = sent {
            context.ui.complain(&format!("a message did not arrive: {why}"));
            all = false;
        }
    }
    all
}

async fn publish(
    context: &Context,
    policy: &Policy,
    drift: &Drift,
    args: &DriftArgs,
    (arn, region, account): (&str, &str, &str),
) -> Result<(), String> {
    let Some(target) = nearest(policy, drift, account) else { return Err(format!("no target whose credentials reach {arn}")) };
    let target = Target { region: Some(region.to_owned()), ..target.clone() };
    let publisher = session::publisher(context, &target, &args.live).await?;
    let (subject, message) = view::drift::mail(drift, kinds::spec);
    let sent = publisher.publish(arn, &subject, &message).await;
    sent.map_err(|failed| format!("{arn}: {}", failed.sentence(region)))
}

/// The target whose credentials are used: one of the topic's account, else the first, whom the topic's own policy may let in.
fn nearest<'a>(policy: &'a Policy, drift: &Drift, account: &str) -> Option<&'a Target> {
    let reached = |target: &&Target| {
        let told = drift.targets.get(&target.name).and_then(|target| target.account.as_deref());
        told.or(target.account_id.as_deref()) == Some(account)
    };
    let mut usable = policy.targets.values().filter(|target| !target.is_nobodys());
    usable.clone().find(reached).or_else(|| usable.next())
}
