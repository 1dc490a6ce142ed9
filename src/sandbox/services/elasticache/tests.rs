//! What ElastiCache does, in AWS's words, seen through the wire.

use crate::sandbox::Faults;
use crate::sandbox::testing::World;

fn world() -> World {
    let world = World::new();
    world.form("elasticache", "Action=CreateReplicationGroup&ReplicationGroupId=Sessions&ReplicationGroupDescription=sessions&NumCacheClusters=2&PreferredMaintenanceWindow=sun%3A05%3A00-sun%3A06%3A00&SnapshotWindow=03%3A00-04%3A00&Tags.Tag.1.Key=env&Tags.Tag.1.Value=production");
    world.advance(10);
    world
}

fn modify(world: &World, changes: &str) -> String {
    world.form("elasticache", &format!("Action=ModifyReplicationGroup&ReplicationGroupId=sessions&{changes}"))
}

fn group(world: &World) -> String {
    world.form("elasticache", "Action=DescribeReplicationGroups&ReplicationGroupId=sessions")
}

#[test]
fn backups_are_turned_on_with_the_node_that_they_are_taken_from() {
    let world = world();
    assert!(group(&world).contains("<SnapshotRetentionLimit>0</SnapshotRetentionLimit>"), "{}", group(&world));
    let refused = modify(&world, "SnapshotRetentionLimit=7");
    assert!(refused.contains("Must specify both SnapshotRetentionLimit and SnapshottingClusterId to turn on snapshots"), "{refused}");
    modify(&world, "SnapshotRetentionLimit=7&SnapshottingClusterId=sessions-002");
    world.advance(10);
    let on = group(&world);
    assert!(on.contains("<SnapshotRetentionLimit>7<") && on.contains("<SnapshottingClusterId>sessions-002<"), "{on}");
    // Once there is one, it stays.
    modify(&world, "SnapshotRetentionLimit=14");
    assert!(group(&world).contains("<SnapshotRetentionLimit>14<"));
}

#[test]
fn hours_are_an_hour_long_at_least_and_keep_clear_of_maintenance() {
    let world = world();
    assert!(modify(&world, "SnapshotWindow=03%3A00-03%3A30").contains("Snapshot window must be at least 60 minutes."));
    assert!(modify(&world, "SnapshotWindow=04%3A30-05%3A30").contains("<Code>InvalidParameterCombination</Code>"));
    assert!(modify(&world, "SnapshotWindow=06%3A00-07%3A00").contains("<SnapshotWindow>06:00-07:00</SnapshotWindow>"));
    let nodes = world.form("elasticache", "Action=DescribeCacheClusters&CacheClusterId=sessions-001");
    assert!(nodes.contains("<PreferredMaintenanceWindow>sun:05:00-sun:06:00<"), "{nodes}");
}

#[test]
fn one_that_is_being_changed_is_not_changed_again() {
    let world = world();
    world.set_faults(Faults { lag_ms: Some(60_000), ..Faults::default() });
    modify(&world, "SnapshotWindow=06%3A00-07%3A00");
    assert!(modify(&world, "SnapshotWindow=07%3A00-08%3A00").contains("<Code>InvalidReplicationGroupState</Code>"));
    world.advance(61);
    assert!(!modify(&world, "SnapshotWindow=07%3A00-08%3A00").contains("<Error>"));
}

#[test]
fn tags_are_told_by_the_service_and_by_the_tagging_api() {
    let world = world();
    let arn = "arn:aws:elasticache:us-east-1:123456789012:replicationgroup:sessions";
    world.form("elasticache", &format!("Action=AddTagsToResource&ResourceName={arn}&Tags.Tag.1.Key=tier&Tags.Tag.1.Value=gold"));
    let listed = world.form("elasticache", &format!("Action=ListTagsForResource&ResourceName={arn}"));
    assert!(listed.contains("<TagList><Tag><Key>env</Key><Value>production</Value></Tag><Tag><Key>tier</Key>"), "{listed}");
    let found = world.tagging("GetResources", serde_json::json!({"ResourceTypeFilters": ["elasticache:replicationgroup"]}));
    assert_eq!(found["ResourceTagMappingList"][0]["ResourceARN"], arn);
}
