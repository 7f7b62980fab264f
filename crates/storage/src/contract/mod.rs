//! The contract suite: what every storage implementation must do. A storage crate runs it in its
//! tests against a real database:
//!
//! ```ignore
//! contract::all(async || MyStore::open(…).await.unwrap()).await;
//! ```
//!
//! Each case gets a store of its own, empty and migrated. To add a case: a function in the file of
//! its subject, its name in that file's list here.
#![expect(clippy::unwrap_used, reason = "a contract that is not kept is a failed test")]

use std::sync::Arc;

use crate::Store;

mod access;
mod at_once;
mod audit;
mod clusters;
mod connections;
mod extent;
mod figures;
mod furnish;
mod incidents;
mod intake;
mod journal;
mod lease;
mod proof;
mod sample;
mod together;

pub use furnish::furnish;

macro_rules! cases {
    ($make:ident: $($subject:ident { $($case:ident),+ $(,)? })+) => {$($(
        println!(concat!("contract: ", stringify!($subject), "::", stringify!($case)));
        $subject::$case(Arc::new($make().await)).await;
    )+)+};
}

#[expect(clippy::too_many_lines, reason = "this is the list of all cases")]
/// Runs every case.
///
/// # Panics
/// When the store does not keep the contract.
pub async fn all<S: Store + 'static>(make: impl AsyncFn() -> S) {
    cases! { make:
        journal {
            what_is_appended_is_read_back_with_the_same_hashes,
            pages_follow_each_other,
            an_append_to_another_end_is_refused,
            concurrent_appends_leave_one_chain,
            a_broken_chain_is_refused_whole,
            a_failed_append_leaves_nothing,
            the_feed_speaks_after_the_commit,
            answers_are_kept_beside_the_journal,
            an_unknown_incident_has_no_journal,
        }
        lease {
            the_most_urgent_then_the_oldest_is_claimed_first,
            twenty_claimers_get_twenty_incidents,
            a_lapsed_lease_passes_on_with_a_higher_fence,
            a_stale_fence_writes_nothing,
            a_renewed_lease_holds,
            a_parked_incident_waits_for_its_wake,
            a_lease_from_before_the_clock_was_set_back_holds_nothing,
            waits_from_before_the_clock_was_set_back_are_found,
            no_wake_up_is_lost_between_deciding_and_parking,
            other_peoples_records_make_an_incident_due,
            a_closed_incident_is_never_due,
            the_next_due_moment_is_known,
            no_more_than_so_many_of_a_cluster_are_held,
            many_claimers_do_not_exceed_a_cluster_s_share,
            equally_urgent_work_is_shared_fairly,
            what_waits_for_a_person_takes_no_place,
            the_queue_says_what_runs_and_what_waits,
        }
        intake {
            a_notification_opens_an_incident_with_its_job,
            the_same_notification_again_changes_nothing,
            a_repeat_joins_and_a_resolved_one_is_known,
            groups_and_clusters_do_not_mix,
            a_closed_incident_is_not_joined,
            what_cannot_be_read_is_kept_aside,
            what_was_kept_aside_is_read_again_once,
            of_each_alert_the_latest_start_is_known,
            a_group_finds_what_is_about_its_object_or_takes_in_a_storm,
            a_group_stays_with_the_incident_that_adopted_it,
            concurrent_groups_of_one_object_find_each_other,
            alerts_that_fire_are_listed_by_when_they_were_heard_of,
            what_was_cut_short_is_known_until_it_is_filled_up,
            how_alertmanager_answered_is_kept,
            what_fails_leaves_nothing,
            concurrent_notifications_of_one_group_open_one_incident,
            last_heard_is_the_latest_notification,
        }
        at_once { each_of_many_notifications_is_kept_once }
        incidents {
            pages_are_newest_first_without_gaps,
            every_filter_filters,
            another_organisation_sees_nothing,
            what_waits_for_people_is_listed_oldest_first,
            what_is_halted_is_listed_by_cluster,
            open_and_due_incidents_are_counted,
            closed_ones_come_in_the_order_of_closing,
        }
        extent {
            what_is_newest_is_known,
        }
        figures {
            nothing_gives_no_medians,
            figures_count_what_happened_in_the_stretch,
        }
        access {
            organisations_have_names_of_their_own,
            users_have_addresses_of_their_own,
            users_change_only_where_they_are,
            tokens_are_found_by_hash_and_end,
            a_token_s_use_is_kept_to_the_minute,
            sessions_lapse,
            attempts_are_counted_in_windows,
        }
        clusters {
            clusters_have_names_of_their_own,
            a_change_leaves_stop_and_token,
            a_token_is_replaced,
            emergency_stop_is_thrown_and_lifted,
            clusters_with_an_alertmanager_are_watched,
        }
        connections {
            a_name_is_taken_once_for_the_same_clusters,
            tools_are_offered_approved_and_changed,
            a_connection_is_changed_once_from_what_it_was,
            a_connection_goes_with_its_tools,
            how_servers_did_is_kept_by_the_latest,
            what_is_sealed_is_replaced_whole_or_not,
        }
        audit {
            the_trail_is_newest_first_and_filtered,
            another_organisation_has_another_trail,
            each_organisation_has_a_chain_without_gaps,
        }
        proof {
            journals_are_anchored_once_until_they_grow,
            a_checkpoint_s_number_is_taken_once,
            what_was_found_replaces_what_was_found_before,
        }
        together {
            changes_of_people_come_with_their_records,
            changes_of_clusters_come_with_their_records,
            changes_of_connections_come_with_their_records,
            journal_records_come_with_their_audit,
            intake_comes_with_its_audit,
            what_is_refused_is_not_recorded,
        }
    }
}

/// Changes trails, checkpoints and journals behind the store's back and expects a verification to
/// find it. `tamper` runs statements of plain SQL on the store's tables with whatever keeps them
/// from being changed out of the way, as somebody with the database's file would; `make` gives a
/// store and what `tamper` needs to reach its database.
///
/// # Panics
/// When something is not found.
pub async fn tampering<S: Store, T>(
    make: impl AsyncFn() -> (S, T),
    tamper: impl AsyncFn(&T, String),
) {
    audit::tampering_is_found(&make, &tamper).await;
    proof::every_change_is_found(&make, &tamper).await;
    proof::journals_stay_where_they_are(&make, &tamper).await;
    proof::chains_written_anew_are_found(&make, &tamper).await;
    proof::answers_are_those_that_were_recorded(&make, &tamper).await;
}
