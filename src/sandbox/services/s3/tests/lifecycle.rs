//! Lifecycle configuration.

use super::{Answer, call, fails, ok};
use crate::sandbox::Faults;
use crate::sandbox::testing::World;

const HEADER: &str = "x-amz-transition-default-minimum-object-size";

fn bucket() -> World {
    let world = World::new();
    ok(&world, "PUT", "/mine", "");
    world
}

fn rules(rules: &str) -> String {
    format!("<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{rules}</LifecycleConfiguration>")
}

/// One enabled rule for everything.
fn rule(actions: &str) -> String {
    rules(&format!("<Rule><ID>r</ID><Filter/><Status>Enabled</Status>{actions}</Rule>"))
}

fn refused(world: &World, body: &str) -> (String, String) {
    let (status, code, message) = fails(world, "PUT", "/mine?lifecycle", body);
    assert_eq!(status, 400);
    (code, message)
}

fn read(world: &World) -> Answer {
    ok(world, "GET", "/mine?lifecycle", "")
}

fn transition(days: i64, class: &str) -> String {
    format!("<Transition><Days>{days}</Days><StorageClass>{class}</StorageClass></Transition>")
}

#[test]
fn rules_are_given_back_as_they_were_sent() {
    let world = bucket();
    assert_eq!(fails(&world, "GET", "/mine?lifecycle", "").1, "NoSuchLifecycleConfiguration");
    let expire = "<Expiration><Days>9</Days></Expiration>";
    ok(&world, "PUT", "/mine?lifecycle", &rules(&format!("<Rule><Prefix>old/</Prefix><Status>Enabled</Status>{expire}</Rule>")));
    let old = read(&world);
    assert!(old.has("<Prefix>old/</Prefix>") && !old.has("Filter"), "{}", old.text);
    assert_eq!(old.element("ID").unwrap().len(), 48);
    assert_eq!(old.element("ID"), read(&world).element("ID"));
    let and = "<Filter><And><Prefix>a&amp;b</Prefix><Tag><Key>k</Key><Value>v</Value></Tag><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan></And></Filter>";
    let both = format!(
        "<Rule><ID>1</ID>{and}<Status>Disabled</Status>{expire}</Rule><Rule><ID>2</ID><Filter><Prefix/></Filter><Status>Enabled</Status>{expire}</Rule>"
    );
    ok(&world, "PUT", "/mine?lifecycle", &rules(&both));
    let new = read(&world);
    assert_eq!(new.elements("ID"), ["1", "2"]);
    assert!(new.has("<Prefix>a&amp;b</Prefix>") && new.has("<Filter><Prefix></Prefix></Filter>"), "{}", new.text);
    assert_eq!(ok(&world, "DELETE", "/mine?lifecycle", "").status, 204);
    assert_eq!(ok(&world, "DELETE", "/mine?lifecycle", "").status, 204);
    assert_eq!(fails(&world, "GET", "/mine?lifecycle", "").1, "NoSuchLifecycleConfiguration");
}

#[test]
fn a_put_without_the_header_flips_the_minimum_size_in_silence() {
    let world = bucket();
    let body = rule("<Expiration><Days>9</Days></Expiration>");
    let put = call(&world, "PUT", "/mine?lifecycle", &[(HEADER, "varies_by_storage_class")], &body);
    assert_eq!(put.header(HEADER), Some("varies_by_storage_class"));
    assert_eq!(read(&world).header(HEADER), Some("varies_by_storage_class"));
    ok(&world, "PUT", "/mine?lifecycle", &body);
    assert_eq!(read(&world).header(HEADER), Some("all_storage_classes_128K"));
    assert_eq!(call(&world, "PUT", "/mine?lifecycle", &[(HEADER, "small")], &body).element("Code"), Some("InvalidRequest"));
}

#[test]
fn readers_do_not_agree_for_a_while_after_a_put() {
    let world = bucket();
    ok(&world, "PUT", "/mine?lifecycle", &rule("<Expiration><Days>1</Days></Expiration>"));
    world.set_faults(Faults { lag_ms: Some(10_000), ..Faults::default() });
    ok(&world, "PUT", "/mine?lifecycle", &rule("<Expiration><Days>2</Days></Expiration>"));
    let seen: Vec<String> = (0..11)
        .map(|_| {
            let days = read(&world).element("Days").unwrap().to_owned();
            world.advance(1);
            days
        })
        .collect();
    assert_eq!(seen.concat(), "11112121212");
    ok(&world, "DELETE", "/mine?lifecycle", "");
    assert_eq!(read(&world).element("Days"), Some("2"));
    world.advance(10);
    assert_eq!(fails(&world, "GET", "/mine?lifecycle", "").1, "NoSuchLifecycleConfiguration");
}

#[test]
fn a_rule_must_do_something_and_something_possible() {
    let world = bucket();
    let cases = [
        (rules(""), "MalformedXML"),
        (rule(""), "InvalidRequest"),
        (rule("<Expiration/>"), "MalformedXML"),
        (rule("<Expiration><Days>0</Days></Expiration>"), "InvalidArgument"),
        (rule("<Expiration><Days>1</Days><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>"), "MalformedXML"),
        (rule("<Expiration><Date>2027-01-01T01:00:00Z</Date></Expiration>"), "InvalidArgument"),
        (rule(&transition(29, "STANDARD_IA")), "InvalidArgument"),
        (rule(&transition(1, "STANDARD")), "MalformedXML"),
        (
            rule("<NoncurrentVersionExpiration><NewerNoncurrentVersions>3</NewerNoncurrentVersions></NoncurrentVersionExpiration>"),
            "MalformedXML",
        ),
        (rule("<NoncurrentVersionExpiration><NoncurrentDays>0</NoncurrentDays></NoncurrentVersionExpiration>"), "InvalidArgument"),
        (
            rule(
                "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>101</NewerNoncurrentVersions></NoncurrentVersionExpiration>",
            ),
            "InvalidArgument",
        ),
        (
            rule("<AbortIncompleteMultipartUpload><DaysAfterInitiation>0</DaysAfterInitiation></AbortIncompleteMultipartUpload>"),
            "InvalidArgument",
        ),
        ("<LifecycleConfiguration>".into(), "MalformedXML"),
    ];
    for (body, code) in cases {
        assert_eq!(refused(&world, &body).0, code, "{body}");
    }
    ok(&world, "PUT", "/mine?lifecycle", &rule("<Expiration><Date>2027-01-01T00:00:00Z</Date></Expiration>"));
    assert_eq!(read(&world).element("Date"), Some("2027-01-01T00:00:00.000Z"));
}

#[test]
fn transitions_go_down_with_the_days_that_each_class_wants() {
    let world = bucket();
    ok(
        &world,
        "PUT",
        "/mine?lifecycle",
        &rule(
            &(transition(30, "STANDARD_IA")
                + &transition(90, "GLACIER")
                + &transition(365, "DEEP_ARCHIVE")
                + "<Expiration><Days>2555</Days></Expiration>"),
        ),
    );
    let (code, message) = refused(&world, &rule(&(transition(30, "STANDARD_IA") + &transition(59, "GLACIER"))));
    assert_eq!(code, "InvalidArgument");
    assert!(message.contains("must be 30 days more than"), "{message}");
    assert_eq!(refused(&world, &rule(&(transition(4, "GLACIER_IR") + &transition(93, "DEEP_ARCHIVE")))).0, "InvalidArgument");
    ok(&world, "PUT", "/mine?lifecycle", &rule(&(transition(4, "GLACIER_IR") + &transition(94, "DEEP_ARCHIVE"))));
    assert!(refused(&world, &rule(&(transition(90, "STANDARD_IA") + &transition(30, "GLACIER")))).1.contains("must be greater than"));
    assert_eq!(refused(&world, &rule(&(transition(30, "GLACIER") + &transition(90, "GLACIER")))).0, "InvalidRequest");
    assert_eq!(
        refused(&world, &rule(&(transition(30, "GLACIER") + "<Expiration><Days>30</Days></Expiration>"))),
        (
            "InvalidArgument".into(),
            "'Days' in the Expiration action for filter '(prefix=)' must be greater than 'Days' in the Transition action".into()
        )
    );
    let mixed = transition(30, "GLACIER") + "<Expiration><Date>2027-01-01T00:00:00Z</Date></Expiration>";
    assert!(refused(&world, &rule(&mixed)).1.starts_with("Found mixed 'Date' and 'Days'"));
}

#[test]
fn a_filter_has_one_predicate_or_an_and_of_several() {
    let world = bucket();
    let with = |filter: &str, action: &str| rules(&format!("<Rule><ID>r</ID>{filter}<Status>Enabled</Status>{action}</Rule>"));
    let expire = "<Expiration><Days>1</Days></Expiration>";
    let tag = "<Tag><Key>k</Key><Value>v</Value></Tag>";
    assert_eq!(refused(&world, &with("", expire)).0, "MalformedXML");
    assert_eq!(refused(&world, &with(&format!("<Filter><Prefix>a</Prefix>{tag}</Filter>"), expire)).0, "MalformedXML");
    assert_eq!(refused(&world, &with(&format!("<Filter><And>{tag}</And></Filter>"), expire)).0, "MalformedXML");
    assert_eq!(refused(&world, &with(&format!("<Filter><And>{tag}{tag}</And></Filter>"), expire)).1, "Duplicate Tag Keys are not allowed.");
    let sizes = "<Filter><And><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan><ObjectSizeLessThan>5</ObjectSizeLessThan></And></Filter>";
    assert_eq!(refused(&world, &with(sizes, expire)).0, "InvalidRequest");
    let tagged = format!("<Filter>{tag}</Filter>");
    let marker = "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>";
    assert_eq!(refused(&world, &with(&tagged, marker)).1, "ExpiredObjectDeleteMarker cannot be specified with Tags.");
    let abort = "<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload>";
    assert_eq!(refused(&world, &with(&tagged, abort)).1, "AbortIncompleteMultipartUpload cannot be specified with Tags.");
    let newer = "<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>3</NewerNoncurrentVersions></NoncurrentVersionExpiration>";
    assert_eq!(refused(&world, &with("<Prefix/>", newer)).0, "InvalidRequest");
    ok(&world, "PUT", "/mine?lifecycle", &with("<Filter/>", newer));
}

#[test]
fn ids_are_unique_and_old_and_new_rules_do_not_mix() {
    let world = bucket();
    let one =
        |id: &str, scope: &str| format!("<Rule><ID>{id}</ID>{scope}<Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>");
    let filter = "<Filter/>";
    assert!(refused(&world, &rules(&(one("a", filter) + &one("a", filter)))).1.starts_with("Rule ID must be unique"));
    assert!(refused(&world, &rules(&one(&"x".repeat(256), filter))).1.starts_with("ID length"));
    assert!(refused(&world, &rules(&(one("a", filter) + &one("b", "<Prefix>x</Prefix>")))).1.starts_with("Base level prefix"));
    assert_eq!(
        refused(&world, &rules(&(one("a", "<Prefix>x</Prefix>") + &one("b", filter)))).1,
        "Filter element can only be used in Lifecycle V2."
    );
    assert_eq!(refused(&world, &rules(&one("a", filter).repeat(1001))).0, "InvalidRequest");
}
