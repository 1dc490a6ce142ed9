//! The same scenarios on each emulator that carries them.

use crate::support::Peer;
use crate::{scenarios, scenarios_alerts, scenarios_backup, scenarios_buckets, scenarios_databases};

/// Makes one test of each scenario.
macro_rules! on {
    ($peer:expr; $($room:ident: $($scenario:ident)*;)*) => {
        $($(
            #[test]
            fn $scenario() {
                $room::$scenario(&$peer.start());
            }
        )*)*
    };
}

/// moto has no replicas, plans without selections, and a document of versioning that no strict reader takes. It changes no
/// event subscriptions, and its tagging API does not know them, so that one that is no longer declared is not found again.
mod moto {
    use super::{Peer, scenarios, scenarios_alerts, scenarios_databases};

    on! { Peer::Moto;
        scenarios:
            a_plan_is_applied_and_the_second_plan_is_empty
            the_example_is_applied_and_the_second_plan_is_empty
            a_shorter_period_is_refused_until_a_waiver_lets_it_through
            a_longer_period_needs_no_consent
            pitr_goes_off_only_with_consent
            deletion_protection_goes_off_only_with_consent
            tags_select_what_carries_them
            a_glob_selects_across_pages
            tags_select_across_pages
            a_name_that_does_not_exist_is_an_error
            the_wrong_account_is_refused_before_anything_is_read
            a_role_reaches_its_account
            a_saved_plan_is_refused_when_something_moved
            a_recorded_snapshot_plans_alike_when_nothing_answers
            the_journal_holds_every_write;
        scenarios_alerts:
            a_topic_is_made_changed_and_removed;
        scenarios_databases:
            an_instance_keeps_its_backups_longer_and_shorter_only_with_consent
            a_cluster_keeps_its_backups_longer
            an_event_subscription_is_made;
    }
}

/// ministack drops the recovery period.
mod ministack {
    use super::{Peer, scenarios, scenarios_alerts, scenarios_backup, scenarios_buckets};

    on! { Peer::Ministack;
        scenarios:
            a_plan_is_applied_and_the_second_plan_is_empty
            the_example_is_applied_and_the_second_plan_is_empty
            a_period_that_is_not_kept_is_found_when_reading_again
            pitr_goes_off_only_with_consent
            deletion_protection_goes_off_only_with_consent
            tags_select_what_carries_them
            a_glob_selects_across_pages
            tags_select_across_pages
            a_name_that_does_not_exist_is_an_error
            the_wrong_account_is_refused_before_anything_is_read
            a_role_reaches_its_account
            every_replica_is_read_and_changed_in_its_own_region
            a_saved_plan_is_refused_when_something_moved
            a_recorded_snapshot_plans_alike_when_nothing_answers
            the_journal_holds_every_write;
        scenarios_alerts:
            a_topic_is_made_changed_and_removed
            an_alarm_on_a_metric_is_made_and_changed;
        scenarios_backup:
            a_vault_is_made_tagged_anew_and_removed
            a_vault_of_others_is_refused_until_it_is_adopted
            a_plan_with_a_selection_is_made_changed_and_removed;
        scenarios_buckets:
            versions_rules_and_copies_of_a_bucket_beside_a_rule_of_others;
    }
}

mod sandbox {
    use super::{Peer, scenarios, scenarios_alerts, scenarios_backup, scenarios_buckets, scenarios_databases};

    on! { Peer::Sandbox;
        scenarios:
            a_plan_is_applied_and_the_second_plan_is_empty
            the_example_is_applied_and_the_second_plan_is_empty
            the_sale_module_is_applied_and_the_second_plan_is_empty
            a_shorter_period_is_refused_until_a_waiver_lets_it_through
            a_longer_period_needs_no_consent
            pitr_goes_off_only_with_consent
            deletion_protection_goes_off_only_with_consent
            tags_select_what_carries_them
            a_glob_selects_across_pages
            tags_select_across_pages
            a_name_that_does_not_exist_is_an_error
            the_wrong_account_is_refused_before_anything_is_read
            a_role_reaches_its_account
            every_replica_is_read_and_changed_in_its_own_region
            a_saved_plan_is_refused_when_something_moved
            a_recorded_snapshot_plans_alike_when_nothing_answers
            the_journal_holds_every_write;
        scenarios_alerts:
            a_topic_is_made_changed_and_removed
            an_alarm_on_a_metric_is_made_and_changed;
        scenarios_backup:
            a_vault_is_made_tagged_anew_and_removed
            a_vault_of_others_is_refused_until_it_is_adopted
            a_plan_with_a_selection_is_made_changed_and_removed;
        scenarios_buckets:
            versions_rules_and_copies_of_a_bucket_beside_a_rule_of_others;
        scenarios_databases:
            an_instance_keeps_its_backups_longer_and_shorter_only_with_consent
            a_cluster_keeps_its_backups_longer
            an_event_subscription_is_made;
    }
}
