use super::super::fixture::{self, SPECS};
use super::*;
use crate::model::{Reading, Value};

#[test]
fn every_part_of_a_plan_is_shown() {
    insta::assert_snapshot!(plan(&fixture::plan(), SPECS, Style::PLAIN), @r#"
      # aws_dynamodb_table.sales["A"] will be updated in-place
      ~ DynamoDB table A (us-east-1, account 123456789012)
          ~ point_in_time_recovery.enabled                 = false -> true   strengthens
              the table can be restored to any second from now on
              reaches only what comes later; policy.hcl:12:5
          ~ point_in_time_recovery.recovery_period_in_days = (none) -> 35    strengthens
              reaches only what comes later; not in the policy: AWS's default, which comes along with another change

      # aws_dynamodb_table.sales["B"] will be updated in-place
      # replica of the table in us-west-2
      ~ DynamoDB table B (us-east-1, account 123456789012)
          ~ point_in_time_recovery.recovery_period_in_days = 35 -> 7   ! loses data
              reaches existing recovery points; policy.hcl:12:5
              waived by `shorter` until 2027-03-31, approved by data-platform: rebuilt nightly

      # aws_dynamodb_table.sales["C"] will be updated in-place
      ~ DynamoDB table C (us-east-1, account 123456789012)
          ~ deletion_protection_enabled    = true -> false   ! weakens
              reaches only what comes later; policy.hcl:12:5
              consented to by --allow-weakening
          ~ point_in_time_recovery.enabled = true -> false   ! loses data
              the whole history since 2026-10-17 is deleted at once
              reaches existing recovery points; policy.hcl:12:5
              BLOCKED: nobody consented to it (BKS0401)

    Could not be read, so this is unknown, not fine (BKS0301):

      # aws_dynamodb_table.sales["D"] is unknown, so apply leaves it alone
      ? DynamoDB table D (us-east-1, account 123456789012)
          dynamodb:DescribeContinuousBackups was denied: User: arn:aws:iam::123456789012:user/ci is not authorized
          unknown: point_in_time_recovery.enabled

      ? DynamoDB tables (us-east-1, target primary)
          dynamodb:DescribeContinuousBackups was denied: User: arn:aws:iam::123456789012:user/ci is not authorized

    Notes:
      - BKS0113: waiver `old` is not used

    Blocked, as nobody consented:

      # aws_dynamodb_table.sales["C"]
        point_in_time_recovery.enabled = true -> false   ! loses data
            the whole history since 2026-10-17 is deleted at once
        this in the policy lets it through:
          waiver "sales-pitr" {
            address     = "aws_dynamodb_table.sales[\"C\"]"
            setting     = "point_in_time_recovery.enabled"
            to          = false
            reason      = ""
            approved_by = ""
            expires     = "2026-12-21"
          }
        for one run, this does:
          --allow-weakening 'aws_dynamodb_table.sales["C"]'

    3 changes weaken protection; 1 is blocked, as nobody consented to it.
    Plan: 0 to add, 3 to change, 0 to destroy, 1 unknown, 1 could not be read.
    "#);
}

#[test]
fn nothing_to_do_says_so_only_when_everything_was_read() {
    let mut quiet = fixture::of(["A", "B", "C"].map(|name| fixture::action(name, Verb::NoOp, Vec::new())).into());
    assert_eq!(plan(&quiet, SPECS, Style::PLAIN), "No changes. 3 DynamoDB tables are as the policy declares.\n");
    quiet.gaps.push(fixture::gap(None));
    insta::assert_snapshot!(plan(&quiet, SPECS, Style::PLAIN), @"
    Could not be read, so this is unknown, not fine (BKS0301):

      ? DynamoDB tables (us-east-1, target primary)
          dynamodb:DescribeContinuousBackups was denied: User: arn:aws:iam::123456789012:user/ci is not authorized

    No changes in what could be read; 1 could not be read.
    ");
    assert_eq!(plan(&fixture::of(Vec::new()), SPECS, Style::PLAIN), "No changes. The policy declares nothing that could differ.\n");
}

#[test]
fn many_that_do_the_same_are_shown_once_with_every_address() {
    let change = || vec![fixture::change(fixture::PITR, Reading::Known(false.into()), true, Effect::Strengthens)];
    let mut actions: Vec<_> = (0..30).map(|n| fixture::action(&format!("T{n:02}"), Verb::Update, change())).collect();
    actions.insert(3, fixture::action("other", Verb::Create, Vec::new()));
    let text = plan(&fixture::of(actions), SPECS, Style::PLAIN);
    assert_eq!(text.matches("strengthens").count(), 1);
    assert_eq!(text.matches("aws_dynamodb_table.sales[\"T").count(), 30);
    let head: Vec<_> = text.lines().take(2).chain(text.lines().skip(30).take(9)).collect();
    insta::assert_snapshot!(head.join("\n"), @r#"
      # 30 DynamoDB tables of aws_dynamodb_table.sales will be updated in-place, all alike:
      #   aws_dynamodb_table.sales["T00"]
      #   aws_dynamodb_table.sales["T29"]
      ~ each of them (us-east-1, account 123456789012)
          ~ point_in_time_recovery.enabled = false -> true   strengthens
              reaches only what comes later; policy.hcl:12:5

      # aws_dynamodb_table.sales["other"] will be created
      + DynamoDB table other (us-east-1, account 123456789012)

    Plan: 1 to add, 30 to change, 0 to destroy.
    "#);
}

#[test]
fn making_removing_and_long_texts_look_as_in_terraform() {
    let text = |text: &str| Reading::Known(Value::from(text));
    let policy = fixture::change("policy", text("{\n  a\n  b\n}\n"), "{\n  a\n  c\n}\n", Effect::Neutral);
    let id = fixture::change("id", Reading::Unset, Value::Unknown, Effect::Neutral);
    let gone = fixture::change("name", text("old\u{1b}[2J"), Value::Null, Effect::Weakens);
    let unread = fixture::change("tags", Reading::Unreadable { cause: "denied".into() }, "x", Effect::Neutral);
    let page = fixture::of(vec![
        fixture::action("A", Verb::Create, vec![id]),
        fixture::action("B", Verb::Delete, vec![gone]),
        fixture::action("C", Verb::Replace, vec![policy, unread]),
    ]);
    insta::assert_snapshot!(plan(&page, SPECS, Style::PLAIN), @r#"
      # aws_dynamodb_table.sales["A"] will be created
      + DynamoDB table A (us-east-1, account 123456789012)
          + id = (known after apply)   neutral
              reaches only what comes later; policy.hcl:12:5

      # aws_dynamodb_table.sales["B"] will be destroyed
      - DynamoDB table B (us-east-1, account 123456789012)
          - name = "old\u001b[2J"   ! weakens
              reaches only what comes later; policy.hcl:12:5

      # aws_dynamodb_table.sales["C"] must be replaced
      -/+ DynamoDB table C (us-east-1, account 123456789012)
          ~ policy = (line by line)     neutral
                  {
                    a
                -   b
                +   c
                  }
              reaches only what comes later; policy.hcl:12:5
          ~ tags   = (unknown) -> "x"   neutral
              reaches only what comes later; policy.hcl:12:5

    Could not be read, so this is unknown, not fine (BKS0301):

      # aws_dynamodb_table.sales["C"] is unknown in part, which apply leaves alone
      ? DynamoDB table C (us-east-1, account 123456789012)
          unknown: tags, denied

    1 change weakens protection, with consent.
    Plan: 2 to add, 0 to change, 2 to destroy, 1 could not be read.
    "#);
}

#[test]
fn colours_are_only_added() {
    let coloured = plan(&fixture::plan(), SPECS, Style { colour: true, width: None });
    let stripped = anstream::adapter::strip_str(&coloured).to_string();
    assert_eq!(stripped, plan(&fixture::plan(), SPECS, Style::PLAIN));
    assert!(coloured.contains('\u{1b}'));
}

#[test]
fn sentences_wrap_and_addresses_do_not() {
    let text = plan(&fixture::plan(), SPECS, Style { colour: false, width: Some(60) });
    assert!(text.contains("          the whole history since 2026-10-17 is deleted at\n          once\n"), "{text}");
}
