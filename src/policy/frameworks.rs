//! Which requirements of which frameworks each objective serves: mapped here once, for every report.
//!
//! The meaning of a requirement is told in a few words of our own; its text is the framework's. An id that is not confirmed against the
//! framework's own text says so, and reports show it.

/// What a good backup posture achieves; controls name these, and get the requirements that they serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Objective {
    /// Its id.
    pub id: &'static str,
    /// What it proves.
    pub title: &'static str,
}

/// All objectives.
pub const OBJECTIVES: [Objective; 15] = [
    objective("BKP-01", "every thing that holds data has a tier"),
    objective("BKP-02", "an active mechanism covers it"),
    objective("BKP-03", "the effective RPO is within the tier's"),
    objective("BKP-04", "backups are kept for at least as long as the tier promises"),
    objective("BKP-05", "backups are kept no longer than allowed, and disposed of"),
    objective("BKP-06", "it and its backups, copies too, are encrypted with an approved key"),
    objective("BKP-07", "backups are immutable, or protected against deletion"),
    objective("BKP-08", "a fresh copy is in another region and in another account"),
    objective("BKP-09", "the newest usable recovery point is fresh"),
    objective("BKP-10", "failures and absence of backups raise an alarm that reaches somebody"),
    objective("BKP-11", "restores are tested in their cadence, and what was restored is validated"),
    objective("BKP-12", "the achieved RTO is within the tier's"),
    objective("BKP-13", "the configuration that a restore needs is itself backed up"),
    objective("BKP-14", "changes are reviewed, weakenings waived with an expiry, drift checked"),
    objective("BKP-15", "the roles that back up and restore have the least privilege"),
];

const fn objective(id: &'static str, title: &'static str) -> Objective {
    Objective { id, title }
}

/// What a framework asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// Its id, as the framework writes it.
    pub id: &'static str,
    /// What it is about, in a few words of our own.
    pub about: &'static str,
    /// The objectives that serve it; none where controls name it themselves.
    pub objectives: &'static [&'static str],
    /// Whether the id was confirmed against the framework's own text.
    pub is_confirmed: bool,
}

/// A framework, as far as it is about backups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Framework {
    /// The name by which policies and `audit --framework` mean it.
    pub key: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Whether it is a list of checks of a vendor, evaluated only where somebody asks for it.
    pub is_on_request: bool,
    /// What it asks.
    pub requirements: &'static [Requirement],
}

const fn asks(id: &'static str, about: &'static str, objectives: &'static [&'static str]) -> Requirement {
    Requirement { id, about, objectives, is_confirmed: true }
}

const fn perhaps(id: &'static str, about: &'static str, objectives: &'static [&'static str]) -> Requirement {
    Requirement { id, about, objectives, is_confirmed: false }
}

/// All frameworks, by key.
pub const FRAMEWORKS: &[Framework] = &[
    Framework {
        key: "aws-backup-audit-manager",
        title: "AWS Backup Audit Manager",
        version: "2023",
        is_on_request: true,
        requirements: &[
            asks("BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN", "things are in a backup plan", &[]),
            asks("BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK", "plans back up often and keep long enough", &[]),
            asks("BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED", "vaults keep anybody from deleting recovery points", &[]),
            asks("BACKUP_RECOVERY_POINT_ENCRYPTED", "recovery points are encrypted", &[]),
            asks("BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK", "recovery points are kept long enough", &[]),
            asks("BACKUP_RESOURCES_PROTECTED_BY_CROSS_REGION", "things are copied to another region", &[]),
            asks("BACKUP_RESOURCES_PROTECTED_BY_CROSS_ACCOUNT", "things are copied to another account", &[]),
            asks("BACKUP_RESOURCES_PROTECTED_BY_BACKUP_VAULT_LOCK", "things are backed up into locked vaults", &[]),
            asks("BACKUP_LAST_RECOVERY_POINT_CREATED", "the newest recovery point is fresh", &[]),
            asks("RESTORE_TIME_FOR_RESOURCES_MEET_TARGET", "restores are done within their time", &[]),
            perhaps("BACKUP_RESOURCES_IN_LOGICALLY_AIR_GAPPED_VAULT", "a logically air-gapped vault holds recovery points", &[]),
        ],
    },
    Framework {
        key: "aws-fsbp",
        title: "AWS Foundational Security Best Practices",
        version: "v1.0.0",
        is_on_request: true,
        requirements: &[
            asks("DynamoDB.2", "tables have point-in-time recovery", &[]),
            asks("DynamoDB.4", "tables are in a backup plan", &[]),
            asks("EC2.28", "EBS volumes are in a backup plan", &[]),
            asks("EFS.2", "file systems are in a backup plan", &[]),
            asks("ElastiCache.1", "clusters have automatic backups", &[]),
            asks("DocumentDB.2", "clusters keep backups for long enough", &[]),
            asks("Neptune.5", "clusters have automated backups", &[]),
            asks("RDS.11", "instances have automatic backups", &[]),
            asks("Redshift.3", "clusters have automatic snapshots", &[]),
            asks("S3.13", "buckets have lifecycle rules", &[]),
            asks("S3.14", "buckets have versioning", &[]),
            asks("S3.15", "buckets have Object Lock", &[]),
        ],
    },
    Framework {
        key: "aws-wa-rel09",
        title: "AWS Well-Architected, Reliability Pillar",
        version: "REL09",
        is_on_request: false,
        requirements: &[
            asks("REL09-BP01", "all data that needs it is identified and backed up", &["BKP-01", "BKP-02"]),
            asks("REL09-BP02", "backups are secured and encrypted", &["BKP-06", "BKP-07"]),
            asks("REL09-BP03", "backups run automatically", &["BKP-02", "BKP-03"]),
            asks("REL09-BP04", "data is recovered periodically to verify backups", &["BKP-11"]),
        ],
    },
    Framework {
        key: "cis-controls-8.1",
        title: "CIS Controls",
        version: "8.1",
        is_on_request: false,
        requirements: &[
            asks("3.1", "data is managed by a process", &["BKP-01", "BKP-04", "BKP-05"]),
            asks("3.4", "retention of data is enforced", &["BKP-04", "BKP-05"]),
            asks("3.5", "data is disposed of securely", &["BKP-05"]),
            asks("11.1", "there is a process of data recovery", &["BKP-01"]),
            asks("11.2", "backups are automated", &["BKP-02"]),
            asks("11.3", "recovery data is protected", &["BKP-06", "BKP-07"]),
            asks("11.4", "an isolated copy of recovery data is kept", &["BKP-08"]),
            asks("11.5", "recovery is tested", &["BKP-11"]),
        ],
    },
    Framework {
        key: "dora",
        title: "DORA",
        version: "Regulation (EU) 2022/2554",
        is_on_request: false,
        requirements: &[
            asks("12(1)", "backup policy: scope, and frequency by criticality", &["BKP-01", "BKP-03"]),
            asks("12(2)", "backup and restore are tested periodically", &["BKP-11"]),
            asks("12(3)", "restores go to systems apart from the source", &["BKP-08"]),
            asks("12(6)", "recovery time and point objectives of each function", &["BKP-03", "BKP-12"]),
            asks("12(7)", "recovered data is checked several times", &["BKP-11"]),
        ],
    },
    Framework {
        key: "gdpr-32",
        title: "GDPR",
        version: "Regulation (EU) 2016/679, Articles 5, 17 and 32",
        is_on_request: false,
        requirements: &[
            asks("5(1)(e)", "storage is limited in time", &["BKP-05"]),
            asks("17", "what is erased leaves backups too", &["BKP-05"]),
            asks("32(1)(b)", "systems and services are resilient", &["BKP-08"]),
            asks("32(1)(c)", "availability is restored in time", &["BKP-02", "BKP-12"]),
            asks("32(1)(d)", "measures are tested regularly", &["BKP-11"]),
        ],
    },
    Framework {
        key: "hipaa",
        title: "HIPAA Security Rule",
        version: "45 CFR Part 164 Subpart C",
        is_on_request: false,
        requirements: &[
            asks("164.308(a)(7)(ii)(A)", "a data backup plan", &["BKP-02"]),
            asks("164.308(a)(7)(ii)(B)", "a disaster recovery plan", &["BKP-08", "BKP-12"]),
            asks("164.308(a)(7)(ii)(D)", "contingency plans are tested and revised", &["BKP-11"]),
            asks("164.308(a)(7)(ii)(E)", "the criticality of data is analysed", &["BKP-01"]),
            asks("164.312(a)(2)(iv)", "encryption and decryption", &["BKP-06"]),
            asks("164.312(c)(1)", "integrity", &["BKP-07"]),
        ],
    },
    Framework {
        key: "iso-27001-2022",
        title: "ISO/IEC 27001 Annex A",
        version: "2022",
        is_on_request: false,
        requirements: &[
            asks("A.5.30", "ICT is ready for continuity", &["BKP-01", "BKP-12"]),
            asks("A.5.33", "records are protected", &["BKP-04", "BKP-07"]),
            asks("A.8.9", "configurations are managed", &["BKP-14"]),
            asks("A.8.10", "information is deleted when no longer needed", &["BKP-05"]),
            asks("A.8.13", "information is backed up, and backups are tested", &["BKP-02", "BKP-09", "BKP-11"]),
            asks("A.8.14", "there is redundancy", &["BKP-08"]),
            asks("A.8.16", "activities are monitored", &["BKP-10"]),
            asks("A.8.24", "cryptography is used", &["BKP-06"]),
            asks("A.8.32", "changes are managed", &["BKP-14"]),
        ],
    },
    Framework {
        key: "nis2",
        title: "NIS2",
        version: "Annex of Implementing Regulation (EU) 2024/2690",
        is_on_request: false,
        requirements: &[
            asks("4.1.3", "business impact is analysed", &["BKP-01"]),
            asks("4.1.4", "continuity plans are tested", &["BKP-11"]),
            perhaps("4.2.2.a", "recovery times", &["BKP-03", "BKP-12"]),
            asks("4.2.2.b", "backups are complete and accurate, configuration and cloud data too", &["BKP-02", "BKP-13"]),
            perhaps("4.2.2.c", "copies are kept off the network and at a distance", &["BKP-08"]),
            perhaps("4.2.2.d", "access to copies is controlled", &["BKP-15"]),
            asks("4.2.2.e", "data is restored from copies", &["BKP-11"]),
            asks("4.2.2.f", "retention", &["BKP-04", "BKP-05"]),
            perhaps("4.2.3", "the integrity of copies is checked regularly", &["BKP-11"]),
            perhaps("4.2.4", "there is redundancy", &["BKP-08"]),
            perhaps("4.2.6", "recovery of copies is tested", &["BKP-11"]),
        ],
    },
    Framework {
        key: "nist-800-53-r5",
        title: "NIST SP 800-53",
        version: "Revision 5",
        is_on_request: false,
        requirements: &[
            asks("CP-2(8)", "critical assets are identified", &["BKP-01"]),
            asks("CP-4", "the contingency plan is tested", &["BKP-11"]),
            asks("CP-4(1)", "its tests are coordinated with related plans", &["BKP-11"]),
            asks("CP-6(a)", "an alternate storage site holds backup information", &["BKP-08"]),
            asks("CP-6(1)", "the alternate site is apart from the primary one", &["BKP-08"]),
            asks("CP-6(2)", "the alternate site allows recovery within time and point objectives", &["BKP-03", "BKP-12"]),
            asks("CP-6(3)", "the alternate site stays accessible in a disaster of the area", &["BKP-08"]),
            asks("CP-9(a)", "user-level information is backed up", &["BKP-02"]),
            asks("CP-9(b)", "system-level information is backed up", &["BKP-02"]),
            asks("CP-9(c)", "system documentation is backed up", &["BKP-13"]),
            asks("CP-9(d)", "backups are kept confidential, whole and available", &["BKP-06", "BKP-07"]),
            asks("CP-9(1)", "backups are tested for reliability", &["BKP-11"]),
            asks("CP-9(2)", "a sample is restored as a test", &["BKP-11"]),
            asks("CP-9(3)", "critical information is stored apart", &["BKP-08"]),
            asks("CP-9(5)", "backups are transferred to an alternate site", &["BKP-08"]),
            asks("CP-9(7)", "two people are needed to delete backups", &["BKP-07", "BKP-15"]),
            asks("CP-9(8)", "backups are protected by cryptography", &["BKP-06"]),
            asks("CP-10", "the system is recovered to a known state", &["BKP-02", "BKP-11"]),
            asks("CP-10(4)", "restores are done within their time", &["BKP-12"]),
            asks("SI-12", "information is retained as required", &["BKP-04"]),
            asks("SI-12(3)", "information is disposed of", &["BKP-05"]),
            asks("AU-11", "audit records are retained", &["BKP-04"]),
            asks("SC-28", "information at rest is protected", &["BKP-06"]),
            asks("SC-28(1)", "information at rest is protected by cryptography", &["BKP-06"]),
            asks("CM-3", "changes of configuration are controlled", &["BKP-14"]),
            asks("CM-6", "settings are established and deviations controlled", &["BKP-14"]),
            asks("CA-7", "controls are monitored continuously", &["BKP-14"]),
            asks("AC-5", "duties are separated", &["BKP-15"]),
            asks("AC-6", "privileges are the least that are needed", &["BKP-15"]),
        ],
    },
    Framework {
        key: "nist-csf-2.0",
        title: "NIST Cybersecurity Framework",
        version: "2.0",
        is_on_request: false,
        requirements: &[
            asks("ID.AM-07", "inventories of data are kept", &["BKP-01"]),
            asks("ID.IM-02", "improvements come from tests and exercises", &["BKP-11"]),
            asks("PR.DS-01", "data at rest is protected", &["BKP-06"]),
            asks("PR.DS-11", "backups are created, protected, maintained and tested", &["BKP-02", "BKP-07", "BKP-09", "BKP-11"]),
            asks("PR.IR-03", "mechanisms achieve resilience", &["BKP-08"]),
            asks("PR.PS-01", "configuration is managed", &["BKP-14"]),
            asks("DE.CM-09", "computing and its data are monitored", &["BKP-09", "BKP-10"]),
            asks("RC.RP-03", "the integrity of backups is verified before restoring", &["BKP-11"]),
            asks("RC.RP-05", "the integrity of what was restored is verified", &["BKP-11"]),
        ],
    },
    Framework {
        key: "pci-dss-4.0.1",
        title: "PCI DSS",
        version: "4.0.1",
        is_on_request: false,
        requirements: &[
            asks("3.2.1", "account data is kept no longer than needed", &["BKP-05"]),
            asks("3.5.1", "stored account numbers are unreadable, in backups too", &["BKP-06"]),
            asks("6.5.1", "changes follow established procedures", &["BKP-14"]),
            asks("10.5.1", "audit logs are kept for 12 months", &["BKP-04"]),
            asks("12.10.2", "the incident response plan is tested each year", &["BKP-11"]),
        ],
    },
    Framework {
        key: "soc2",
        title: "SOC 2 Trust Services Criteria",
        version: "2017, points of focus of 2022",
        is_on_request: false,
        requirements: &[
            asks("A1.2", "backup processes and recovery infrastructure are in place", &["BKP-02", "BKP-09"]),
            asks("A1.3", "recovery procedures are tested", &["BKP-11"]),
            asks("C1.1", "confidential information is retained as it should", &["BKP-04"]),
            asks("C1.2", "confidential information is disposed of", &["BKP-05"]),
            asks("CC6.1", "logical access is restricted", &["BKP-15"]),
            asks("CC6.5", "data is disposed of before protection ends", &["BKP-05"]),
            asks("CC7.1", "changes of configuration are detected", &["BKP-14"]),
            asks("CC7.2", "anomalies are monitored", &["BKP-10"]),
            asks("CC8.1", "changes are authorised and reviewed", &["BKP-14"]),
            asks("PI1.5", "stored data is protected", &["BKP-07"]),
        ],
    },
];

/// The framework of that key.
pub fn find(key: &str) -> Option<&'static Framework> {
    FRAMEWORKS.iter().find(|framework| framework.key == key)
}

/// The objective of that id.
pub fn objective_of(id: &str) -> Option<&'static Objective> {
    OBJECTIVES.iter().find(|objective| objective.id == id)
}

impl Framework {
    /// The requirement of that id.
    pub fn requirement(&self, id: &str) -> Option<&'static Requirement> {
        self.requirements.iter().find(|requirement| requirement.id == id)
    }

    /// The ids of all of its requirements that are known here.
    pub fn ids(&self) -> Vec<&'static str> {
        self.requirements.iter().map(|requirement| requirement.id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_objective_serves_a_requirement_and_no_row_names_one_that_is_not_there() {
        let named: BTreeSet<&str> = FRAMEWORKS.iter().flat_map(|one| one.requirements).flat_map(|one| one.objectives).copied().collect();
        assert_eq!(named, OBJECTIVES.iter().map(|objective| objective.id).collect());
    }

    #[test]
    fn keys_and_ids_are_unique_and_sorted_by_key() {
        let keys: Vec<&str> = FRAMEWORKS.iter().map(|framework| framework.key).collect();
        assert!(keys.is_sorted_by(|a, b| a < b), "{keys:?}");
        for framework in FRAMEWORKS {
            let ids: BTreeSet<&str> = framework.ids().into_iter().collect();
            assert_eq!(ids.len(), framework.requirements.len(), "{} names a requirement twice", framework.key);
        }
    }

    #[test]
    fn what_is_not_confirmed_says_so() {
        let nis2 = find("nis2").unwrap();
        assert!(!nis2.requirement("4.2.2.c").unwrap().is_confirmed);
        assert!(nis2.requirement("4.1.3").unwrap().is_confirmed);
    }
}
