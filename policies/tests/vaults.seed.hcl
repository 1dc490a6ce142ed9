# Vaults with access policies, from which vaults.json was recorded:
#   backstay sandbox clock --set 2026-11-21T12:00:00Z
#   backstay sandbox seed vaults.seed.hcl
#   backstay snapshot --sandbox --everything --target us-east-1 --out vaults.json

locals {
  guarded = ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle", "backup:PutBackupVaultAccessPolicy"]
  nobody  = { Effect = "Deny", Principal = "*", Action = local.guarded, Resource = "*" }
}

resource "aws_backup_vault" "guarded" {
  name   = "guarded"
  policy = jsonencode({ Version = "2012-10-17", Statement = [local.nobody] })
}

resource "aws_backup_vault" "half" {
  name = "half"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Deny", Principal = "*", Action = ["backup:DeleteRecoveryPoint"], Resource = "*" }]
  })
}

resource "aws_backup_vault" "breakglass" {
  name = "breakglass"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = local.guarded
      Resource  = "*"
      Condition = { StringNotLike = { "aws:PrincipalArn" = ["arn:aws:iam::123456789012:role/breakglass"] } }
    }]
  })
}

resource "aws_backup_vault" "doubtful" {
  name = "doubtful"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = local.guarded
      Resource  = "*"
      Condition = { Bool = { "aws:MultiFactorAuthPresent" = "false" } }
    }]
  })
}

resource "aws_backup_vault" "open" { name = "open" }
