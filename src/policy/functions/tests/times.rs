use super::Row;

pub(super) const ROWS: &[Row] = &[
    (r#"formatdate("DD MMM YYYY hh:mm ZZZ","2018-01-02T23:12:01Z")"#, r#""02 Jan 2018 23:12 UTC""#),
    (r#"formatdate("EEEE, DD-MMM-YY hh:mm:ss ZZZ","2018-01-02T23:12:01Z")"#, r#""Tuesday, 02-Jan-18 23:12:01 UTC""#),
    (r#"formatdate("EEE, DD MMM YYYY hh:mm:ss ZZZ","2018-01-02T23:12:01-08:00")"#, r#""Tue, 02 Jan 2018 23:12:01 -0800""#),
    (r#"formatdate("MMM DD, YYYY","2018-01-02T23:12:01Z")"#, r#""Jan 02, 2018""#),
    (r#"formatdate("HH:mmaa","2018-01-02T23:12:01Z")"#, r#""11:12pm""#),
    (
        r#"formatdate("h'h'mm'm' H AA aa M MM MMMM D s m Z ZZZZ ZZZZZ","2018-01-02T03:02:01+05:30")"#,
        r#""3h02m 3 AM am 1 01 January 2 1 2 +05:30 +0530 +05:30""#,
    ),
    (r#"formatdate("Z ZZZ ZZZZ ZZZZZ","2018-01-02T03:02:01Z")"#, r#""Z UTC +0000 +00:00""#),
    (r#"formatdate("'it''s' YY","2018-01-02T03:02:01Z")"#, r#""it's 18""#),
    (r#"formatdate("hh","2018-01-02T03:02:01.5Z")"#, r#""03""#),
    (r#"formatdate("HH H h AA","2018-01-02T00:02:01Z")"#, r#""12 12 0 AM""#),
    (r#"formatdate("YYYYMMDD'T'hhmmss, -:/.","2018-01-02T00:02:01Z")"#, r#""20180102T000201, -:/.""#),
    (r#"timeadd("2017-11-22T00:00:00Z","10m")"#, r#""2017-11-22T00:10:00Z""#),
    (r#"timeadd("2017-11-22T00:00:00Z","-1h30m")"#, r#""2017-11-21T22:30:00Z""#),
    (r#"timeadd("2017-11-22T00:00:00+02:00","1.5h")"#, r#""2017-11-22T01:30:00+02:00""#),
    (r#"timeadd("2017-11-22T00:00:00Z","500ms")"#, r#""2017-11-22T00:00:00Z""#),
    (r#"timeadd("2017-11-22T00:00:00.25Z","1s")"#, r#""2017-11-22T00:00:01Z""#),
    (r#"timeadd("2017-11-22T00:00:00Z","0")"#, r#""2017-11-22T00:00:00Z""#),
    (r#"timeadd("2017-11-22T00:00:00Z","1us")"#, r#""2017-11-22T00:00:00Z""#),
    (r#"timecmp("2017-11-22T00:00:00Z","2017-11-22T01:00:00Z")"#, "-1"),
    (r#"timecmp("2017-11-22T00:00:00Z","2017-11-22T01:00:00+01:00")"#, "0"),
    (r#"timecmp("2017-11-22T01:00:00Z","2017-11-22T00:59:00Z")"#, "1"),
];

pub(super) const REFUSED: &[&str] = &[
    r#"formatdate("x","2018-01-02T03:02:01Z")"#,
    r#"formatdate("YYY","2018-01-02T03:02:01Z")"#,
    r#"formatdate("'a","2018-01-02T03:02:01Z")"#,
    r#"formatdate("YYYY","2018-01-02")"#,
    r#"formatdate("YYYY","2018-13-02T00:00:00Z")"#,
    r#"formatdate("EE","2018-01-02T00:02:01Z")"#,
    r#"timeadd("2017-11-22T00:00:00Z","x")"#,
    r#"timeadd("2017-11-22T00:00:00Z","1d")"#,
    r#"timeadd("2017-11-22","1s")"#,
    r#"timeadd("2017-11-22T00:00:00Z","10")"#,
    r#"timecmp("x","2017-11-22T00:59:00Z")"#,
];
