use super::*;
use crate::model::Value;
use proptest::prelude::*;

type Tags = BTreeMap<String, String>;

/// A selection as AWS's document has it: ARNs, left out ARNs, tags, and conditions by operator.
#[derive(Clone, Debug, Default)]
struct Document {
    resources: Vec<&'static str>,
    not_resources: Vec<&'static str>,
    tags: Vec<(&'static str, &'static str)>,
    /// The operator by its place in [`OPERATORS`], a key and a value.
    conditions: Vec<(usize, &'static str, &'static str)>,
}

impl Document {
    fn choice(&self) -> Choice {
        let set = |texts: &[&str]| Value::set(texts.iter().map(|text| Value::from(*text)));
        let mut values =
            BTreeMap::from([(RESOURCES.to_owned(), set(&self.resources)), (NOT_RESOURCES.to_owned(), set(&self.not_resources))]);
        let mut block = |block: &str, key: &str, value: &str| {
            let at = path::keyed(block, &format!("{key}/{value}"));
            values.insert(path::child(&at, "key"), Value::from(key));
            values.insert(path::child(&at, "value"), Value::from(value));
            values.insert(at, Value::from(true));
        };
        for (key, value) in &self.tags {
            block(TAG, key, value);
        }
        for (operator, key, value) in &self.conditions {
            block(OPERATORS[*operator], &format!("aws:ResourceTag/{key}"), value);
        }
        Choice::new(&Flat::of_values(&values))
    }
}

fn tags(of: &[(&str, &str)]) -> Tags {
    of.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

const VOLUME: &str = "arn:aws:ec2:us-east-1:111122223333:volume/vol-1";
const MACHINE: &str = "arn:aws:ec2:us-east-1:111122223333:instance/i-1";
const DATABASE: &str = "arn:aws:rds:us-east-1:111122223333:db:orders";
const CLUSTER: &str = "arn:aws:rds:us-east-1:111122223333:cluster:my-aurora-cluster";
const FILES: &str = "arn:aws:fsx:us-east-1:111122223333:file-system/fs-1";
const TABLE: &str = "arn:aws:dynamodb:us-east-1:111122223333:table/orders";
const BUCKET: &str = "arn:aws:s3:::my-bucket-one";

/// Which of all resources, each with these tags, a document chooses.
fn chosen(document: &Document, of: &[(&str, &str)]) -> Vec<&'static str> {
    let choice = document.choice();
    let all = [VOLUME, MACHINE, DATABASE, CLUSTER, FILES, TABLE, BUCKET];
    all.into_iter().filter(|arn| choice.takes(arn, &tags(of))).collect()
}

const EQUALS: usize = 0;
const LIKE: usize = 1;
const NOT_EQUALS: usize = 2;
const NOT_LIKE: usize = 3;

/// AWS Backup Developer Guide, Assign resources with AWS CLI: its examples, one by one.
#[test]
fn the_examples_of_the_documentation_choose_what_it_says() {
    let all = || Document { resources: vec!["*"], ..Document::default() };
    let volumes = "arn:aws:ec2:*:*:volume/*";
    let instances = Document { resources: vec!["arn:aws:ec2:*:*:instance/*"], ..Document::default() };
    assert_eq!(chosen(&instances, &[]), [MACHINE], "all EC2 instances");
    assert_eq!(chosen(&all(), &[]).len(), 7, "all resources of the account");
    let but = Document { not_resources: vec![volumes], ..all() };
    assert_eq!(chosen(&but, &[]), [MACHINE, DATABASE, CLUSTER, FILES, TABLE, BUCKET], "all but EBS volumes");

    let backup = Document { conditions: vec![(EQUALS, "backup", "true")], ..but.clone() };
    assert_eq!(chosen(&backup, &[("backup", "true")]).len(), 6, "tagged, but no EBS volumes");
    assert_eq!(chosen(&backup, &[("backup", "True")]), [""; 0], "operators are case sensitive");
    assert_eq!(chosen(&backup, &[]), [""; 0]);

    let both = Document {
        resources: vec![volumes, "arn:aws:rds:*:*:db:*"],
        conditions: vec![(EQUALS, "backup", "true"), (EQUALS, "stage", "prod")],
        ..Document::default()
    };
    assert_eq!(chosen(&both, &[("backup", "true"), ("stage", "prod")]), [VOLUME, DATABASE], "volumes and instances with both tags");
    assert_eq!(chosen(&both, &[("backup", "true")]), [""; 0], "one of two tags is not enough");

    let not_test = Document {
        resources: vec![volumes, "arn:aws:rds:*:*:db:*"],
        conditions: vec![(EQUALS, "backup", "true"), (NOT_EQUALS, "stage", "test")],
        ..Document::default()
    };
    assert_eq!(chosen(&not_test, &[("backup", "true"), ("stage", "test")]), [""; 0]);
    assert_eq!(chosen(&not_test, &[("backup", "true")]), [VOLUME, DATABASE], "without the tag it is not `test`");

    let like = Document { conditions: vec![(LIKE, "key1", "include*"), (NOT_LIKE, "key2", "*exclude*")], ..all() };
    assert_eq!(chosen(&like, &[("key1", "includes"), ("key2", "kept")]).len(), 7);
    assert_eq!(chosen(&like, &[("key1", "includes"), ("key2", "to exclude now")]), [""; 0]);
    assert_eq!(chosen(&like, &[("key1", "not include")]), [""; 0], "the pattern begins with a word");

    let either = Document {
        not_resources: vec!["arn:aws:fsx:*", "arn:aws:rds:*"],
        tags: vec![("backup", "true"), ("stage", "prod")],
        ..Document::default()
    };
    assert_eq!(chosen(&either, &[("stage", "prod")]), [VOLUME, MACHINE, TABLE, BUCKET], "one of the tags is enough");

    let mixed = Document {
        resources: vec!["arn:aws:fsx:*", "arn:aws:rds:*:*:cluster:my-aurora-cluster"],
        tags: vec![("backup", "true")],
        conditions: vec![(NOT_EQUALS, "stage", "test")],
        ..Document::default()
    };
    assert_eq!(chosen(&mixed, &[]), [CLUSTER, FILES]);
    assert_eq!(chosen(&mixed, &[("backup", "true")]).len(), 7);
    assert_eq!(chosen(&mixed, &[("backup", "true"), ("stage", "test")]), [""; 0]);
}

#[test]
fn what_is_said_names_what_decides() {
    let document = Document {
        resources: vec!["arn:aws:rds:*"],
        not_resources: vec![DATABASE],
        tags: vec![("backup", "daily")],
        conditions: vec![(NOT_EQUALS, "stage", "test")],
    };
    let judge = |arn: &str, of: Option<&[(&str, &str)]>| document.choice().judge(arn, of.map(tags).as_ref());
    let tagged: Option<&[_]> = Some(&[("backup", "daily")]);
    let by = [By::Arn("arn:aws:rds:*".to_owned()), By::Tag("backup".to_owned(), "daily".to_owned())];
    assert_eq!(judge(CLUSTER, tagged), Judgement::Chosen(by.to_vec()));
    assert_eq!(judge(DATABASE, tagged), Judgement::LeftOut(DATABASE.to_owned()));
    assert_eq!(judge(TABLE, Some(&[])), Judgement::NotBroughtIn);
    let unmet = Judgement::ConditionsNotMet(vec!["tag `stage` must not be `test`, and is `test`".to_owned()]);
    assert_eq!(judge(CLUSTER, Some(&[("stage", "test")])), unmet);
    assert_eq!(judge(TABLE, None), Judgement::Unknown, "its tags decide");
    assert_eq!(judge(DATABASE, None), Judgement::LeftOut(DATABASE.to_owned()), "whatever its tags are");
}

#[test]
fn opt_in_does_not_count_for_what_names_its_type_unless_types_share_their_arns() {
    let overrides = |named: &str, kind: &str| backup_types::overrides_opt_in(named, kind);
    for (named, kind) in [
        (MACHINE, "EC2"),
        ("arn:aws:ec2:*:*:instance/*", "EC2"),
        (DATABASE, "RDS"),
        ("arn:aws:rds:*:*:db:*", "RDS"),
        (TABLE, "DynamoDB"),
        (BUCKET, "S3"),
    ] {
        assert!(overrides(named, kind), "{named}");
    }
    for (named, kind) in [
        ("*", "EC2"),
        ("arn:aws:ec2:*", "EC2"),
        ("arn:aws:ec2:us-east-1:111122223333:*", "EBS"),
        ("arn:aws:rds:*", "RDS"),
        (CLUSTER, "Aurora"),
        (CLUSTER, "Neptune"),
        ("arn:aws:rds:*:*:cluster:*", "DocumentDB"),
        ("arn:aws:s3:::*", "S3"),
        (TABLE, "S3"),
    ] {
        assert!(!overrides(named, kind), "{named} as {kind}");
    }
}

const ARNS: [&str; 6] = ["arn:a:x", "arn:a:xy", "arn:b:x", "arn:b:", "Arn:a:x", "arn:a:*"];
const PATTERNS: [&str; 9] = ["*", "arn:a:*", "arn:*:x", "arn:a:x", "arn:a:x*", "ARN:a:x", "arn:b:", "a*:*y", "arn:a:**"];
const KEYS: [&str; 3] = ["k", "K", "l"];
const VALUES: [&str; 5] = ["x", "X", "xy", "", "*"];
const LIKES: [&str; 6] = ["x*", "*x*", "*", "x", "*y", "X*"];

/// Whether a text is what a pattern says, tried letter by letter and by nothing that the evaluator uses.
fn is_like(pattern: &[char], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some(('*', rest)), _) => (0..=text.len()).any(|skipped| is_like(rest, &text[skipped..])),
        (Some((first, rest)), Some((letter, more))) => first == letter && is_like(rest, more),
        (None, Some(_)) | (Some(_), None) => false,
    }
}

fn fits(pattern: &str, text: &str) -> bool {
    is_like(&pattern.chars().collect::<Vec<_>>(), &text.chars().collect::<Vec<_>>())
}

/// `(resources ∪ tags) ∖ not_resources ∩ conditions`, over sets of names.
fn by_sets<'w>(document: &Document, world: &'w BTreeMap<String, Tags>) -> BTreeSet<&'w str> {
    let all: BTreeSet<&str> = world.keys().map(String::as_str).collect();
    let those = |is: &dyn Fn(&str, &Tags) -> bool| -> BTreeSet<&'w str> {
        world.iter().filter(|(name, tags)| is(name, tags)).map(|(name, _)| name.as_str()).collect()
    };
    let of_patterns =
        |patterns: &[&str]| patterns.iter().fold(BTreeSet::new(), |set, pattern| &set | &those(&|name, _| fits(pattern, name)));
    let of_tag = |key: &str, value: &str| those(&|_, tags| tags.iter().any(|(of, is)| of == key && is == value));
    let like_tag = |key: &str, value: &str| those(&|_, tags| tags.iter().any(|(of, is)| of == key && fits(value, is)));
    let tagged = document.tags.iter().fold(BTreeSet::new(), |set, (key, value)| &set | &of_tag(key, value));
    let brought = &of_patterns(&document.resources) | &tagged;
    let kept = &brought - &of_patterns(&document.not_resources);
    document.conditions.iter().fold(kept, |set, (operator, key, value)| match *operator {
        EQUALS => &set & &of_tag(key, value),
        LIKE => &set & &like_tag(key, value),
        NOT_EQUALS => &set & &(&all - &of_tag(key, value)),
        _ => &set & &(&all - &like_tag(key, value)),
    })
}

fn some<T: Clone + std::fmt::Debug + 'static>(of: &'static [T], most: usize) -> impl Strategy<Value = Vec<T>> {
    proptest::collection::vec(proptest::sample::select(of), 0..=most)
}

fn document() -> impl Strategy<Value = Document> {
    let tag = (proptest::sample::select(&KEYS[..]), proptest::sample::select(&VALUES[..]));
    let condition =
        (0..4_usize, proptest::sample::select(&KEYS[..]), proptest::sample::select(&VALUES[..]), proptest::sample::select(&LIKES[..]));
    let condition = condition.prop_map(|(operator, key, value, like)| {
        let value = if [LIKE, NOT_LIKE].contains(&operator) { like } else { value };
        (operator, key, value)
    });
    let lists = (some(&PATTERNS, 3), some(&PATTERNS, 2), proptest::collection::vec(tag, 0..3), proptest::collection::vec(condition, 0..3));
    lists.prop_map(|(resources, not_resources, tags, conditions)| Document { resources, not_resources, tags, conditions })
}

fn world() -> impl Strategy<Value = BTreeMap<String, Tags>> {
    let tag = (proptest::sample::select(&KEYS[..]), proptest::sample::select(&VALUES[..]));
    let tags = proptest::collection::vec(tag, 0..3).prop_map(|of| tags(&of));
    proptest::collection::vec(tags, ARNS.len()..=ARNS.len()).prop_map(|all| ARNS.iter().map(|arn| (*arn).to_owned()).zip(all).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn a_selection_chooses_what_the_formula_over_sets_says(document in document(), world in world()) {
        let choice = document.choice();
        let taken: BTreeSet<&str> = world.iter().filter(|(arn, tags)| choice.takes(arn, tags)).map(|(arn, _)| arn.as_str()).collect();
        prop_assert_eq!(&taken, &by_sets(&document, &world));
        // What is said without the tags is so whatever they are.
        for (arn, tags) in &world {
            match choice.judge(arn, None) {
                Judgement::Unknown => {}
                Judgement::Chosen(_) => prop_assert!(choice.takes(arn, tags)),
                _ => prop_assert!(!choice.takes(arn, tags)),
            }
        }
    }
}
