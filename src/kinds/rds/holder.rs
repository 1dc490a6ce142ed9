//! What protects a database: the automated backups of the service, unless AWS Backup keeps them.

use super::{DAYS_NOW, EARLIEST, LATEST, OWNER, REPLICAS, RETENTION, instant, text};
use crate::kinds::Holder;
use crate::kinds::protection::ENCRYPTION;
use crate::model::{AutomatedBackups, Live, Mechanism, Value};

/// What of a database protects it; `window` is the path of its backup hours.
pub(in crate::kinds) fn holder(backup_type: &'static str, window: &str, live: &Live) -> Holder {
    let encryption = live.fact(ENCRYPTION).map(str::to_owned);
    let mut holder = Holder { encryption, ..Holder::of_type(backup_type) };
    // What waits for the maintenance window keeps nothing yet.
    let now = live.facts.get(DAYS_NOW).and_then(Value::as_i64);
    let days = now.or_else(|| holder.read(live, RETENTION).and_then(|days| days.as_i64()));
    let hours = holder.read(live, window).and_then(|hours| hours.as_str().map(str::to_owned));
    match days {
        Some(0) => {
            let mend = format!("set `{RETENTION}` of it to 1 or more, with `apply_immediately = true`");
            holder.switched_off.push((format!("automated backups are off (`{RETENTION}` = 0)"), mend));
        }
        _ if !holder.unread.is_empty() => {}
        days => holder.mechanisms.push(Mechanism::AutomatedBackups(AutomatedBackups {
            days,
            to_any_second: true,
            window: hours,
            earliest: instant(live, EARLIEST),
            latest: instant(live, LATEST),
            kept_by_aws_backup: text(live, OWNER).map(str::to_owned),
        })),
    }
    if let Some(replicas) = text(live, REPLICAS) {
        holder.remarks.push(format!("its read replicas ({replicas}) take every delete with them, and are no backup"));
    }
    holder
}
