//! What Redshift does, in AWS's words, seen through the wire.

use crate::sandbox::Faults;
use crate::sandbox::testing::World;

fn world(node_type: &str) -> World {
    let world = World::new();
    let form = format!(
        "Action=CreateCluster&ClusterIdentifier=Sales&NodeType={node_type}&MasterUsername=admin&Tags.Tag.1.Key=env&Tags.Tag.1.Value=production"
    );
    world.form("redshift", &form);
    world.advance(10);
    world
}

fn modify(world: &World, changes: &str) -> String {
    world.form("redshift", &format!("Action=ModifyCluster&ClusterIdentifier=sales&{changes}"))
}

#[test]
fn automated_snapshots_are_kept_for_a_day_and_manual_ones_for_ever_until_said_otherwise() {
    let world = world("dc2.large");
    let cluster = world.form("redshift", "Action=DescribeClusters&ClusterIdentifier=sales");
    assert!(
        cluster.contains("<AutomatedSnapshotRetentionPeriod>1<") && cluster.contains("<ManualSnapshotRetentionPeriod>-1<"),
        "{cluster}"
    );
    assert!(modify(&world, "ManualSnapshotRetentionPeriod=0").contains("<Code>InvalidRetentionPeriodFault</Code>"));
    assert!(modify(&world, "AutomatedSnapshotRetentionPeriod=36").contains("<Code>InvalidParameterValue</Code>"));
    let changed = modify(&world, "AutomatedSnapshotRetentionPeriod=0&ManualSnapshotRetentionPeriod=90");
    assert!(
        changed.contains("<AutomatedSnapshotRetentionPeriod>0<") && changed.contains("<ManualSnapshotRetentionPeriod>90<"),
        "{changed}"
    );
}

#[test]
fn nodes_with_managed_storage_keep_their_automated_snapshots() {
    let world = world("ra3.large");
    assert!(modify(&world, "AutomatedSnapshotRetentionPeriod=0").contains("<Code>InvalidParameterCombination</Code>"));
}

#[test]
fn one_that_is_being_changed_is_not_changed_again() {
    let world = world("ra3.large");
    world.set_faults(Faults { lag_ms: Some(60_000), ..Faults::default() });
    modify(&world, "AutomatedSnapshotRetentionPeriod=7");
    assert!(modify(&world, "AutomatedSnapshotRetentionPeriod=14").contains("<Code>InvalidClusterState</Code>"));
}

#[test]
fn tags_are_shown_with_the_cluster_and_by_the_tagging_api() {
    let world = world("ra3.large");
    let arn = "arn:aws:redshift:us-east-1:123456789012:cluster:sales";
    world.form("redshift", &format!("Action=CreateTags&ResourceName={arn}&Tags.Tag.1.Key=tier&Tags.Tag.1.Value=gold"));
    world.form("redshift", &format!("Action=DeleteTags&ResourceName={arn}&TagKeys.TagKey.1=env"));
    let cluster = world.form("redshift", "Action=DescribeClusters");
    assert!(cluster.contains("<Tags><Tag><Key>tier</Key><Value>gold</Value></Tag></Tags>"), "{cluster}");
    let found = world.tagging("GetResources", serde_json::json!({"ResourceTypeFilters": ["redshift:cluster"]}));
    assert_eq!(found["ResourceTagMappingList"][0]["ResourceARN"], arn);
}
