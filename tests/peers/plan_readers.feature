Feature: what a plan says to tools that read terraform show -json

  Scenario: every table has point-in-time recovery
    Given I have aws_dynamodb_table defined
    Then it must have point_in_time_recovery
    And it must have enabled
    And its value must be true

  Scenario: what is updated keeps five weeks
    Given I have aws_dynamodb_table defined
    When its actions metadata has update
    Then it must have point_in_time_recovery
    And it must have recovery_period_in_days
    And its value must be equal to 35

  Scenario: what is left alone is the one table that was converged before
    Given I have aws_dynamodb_table defined
    When its actions metadata has no-op
    Then its name must be buyers

  Scenario: nothing is destroyed
    Given I have any resource defined
    When its actions metadata has delete
    Then it must fail
