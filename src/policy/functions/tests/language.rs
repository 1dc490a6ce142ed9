use super::Row;

pub(super) const ROWS: &[Row] = &[
    (r#""x${"a"}y""#, r#""xay""#),
    (
        r"<<-EOT
    a
      b

    c
  EOT",
        r#""a\n  b\n\nc\n""#,
    ),
    (
        r"<<EOT
foo
  ${~ 1}
bar
EOT",
        r#""foo\n1\nbar\n""#,
    ),
    (
        r"<<EOT
foo
%{ for x in [1,2] ~}
x${x}
%{ endfor ~}
bar
EOT",
        r#""foo\nx1\nx2\nbar\n""#,
    ),
    (
        r"<<EOT
foo
%{~ for x in [1,2] ~}
x${x}
%{~ endfor ~}
bar
EOT",
        r#""foox1x2bar\n""#,
    ),
    (
        r"<<EOT
foo  ${~ 1 ~}   bar
   ${~ 2 ~}  

 baz
EOT",
        r#""foo1bar\n2\n baz\n""#,
    ),
    (r#""a\n\n  ${~ 1 ~} \n\n b""#, r#""a1b""#),
    (r#""%{if true}x%{else}y%{endif}""#, r#""x""#),
    (r#""${null}""#, "null"),
    (r#""${true}${1.50}""#, r#""true1.5""#),
    ("null == 1", "false"),
    (r#""%{ for k,v in {a=1,b=2} }${k}=${v},%{ endfor }""#, r#""a=1,b=2,""#),
    (r#"{for x in ["a","b","a"]: x => 1...}"#, r#"{"a":[1,1],"b":[1]}"#),
    (r#"[for k,v in toset(["b","a"]): "${k}${v}"]"#, r#"["aa","bb"]"#),
    ("null[*]", "[]"),
    (r#""a"[*]"#, r#"["a"]"#),
    ("{a=1}[*]", r#"[{"a":1}]"#),
    ("[{a=1},{a=2}][*].a", "[1,2]"),
    ("[{a=1},{a=2}].*.a[0]", "1"),
    ("[{a=[1]},{a=[2]}][*].a[0]", "[1,2]"),
    (r#"[1,2]["0"]"#, "1"),
    (r#"{"1"=5}[1]"#, "5"),
    ("{true=5}", r#"{"true":5}"#),
    (r#"1 == "1""#, "false"),
    (r#"-"5""#, "-5"),
    (r#""true" ? 2 : 3"#, "2"),
    (r#""1" < 2"#, "true"),
    ("toset([1]) == toset([1])", "true"),
    ("[1,2] == [1,2]", "true"),
    ("{a=1} == {a=1}", "true"),
    ("max([1,2,3]...)", "3"),
    ("max(toset([1,2])...)", "2"),
    (r#"try([].a, "d")"#, r#""d""#),
    ("try(1)", "1"),
    ("can(1)", "true"),
    ("can([].a)", "false"),
    ("[1][*][*]", "[[1]]"),
    ("5 / 2", "2.5"),
    ("6 / 2", "3"),
    ("-(-5)", "5"),
    ("!false", "true"),
    ("1.10", "1.1"),
    (r#""${1.0}""#, "1"),
    (r#""${1e3}""#, "1000"),
    (r#""${100000000000000000000000}""#, "100000000000000000000000"),
    ("0.1 * 3", "0.3"),
    (
        r#"<<-EOT
    ${"x"}
      b
    c
    EOT"#,
        r#""x\n  b\nc\n""#,
    ),
    (
        r#"<<-EOT
      ${"x"}  y
    b${"\n"}  q
    c
    EOT"#,
        r#""  x  y\nb\n  q\nc\n""#,
    ),
    (
        r"<<-EOT
   %{ if true }
      a
   %{ endif }
    EOT",
        r#""\n   a\n\n""#,
    ),
    (
        r"<<EOT
  %{~ if true ~}

  
a


  %{~ endif ~}
EOT",
        r#""\n  \na\n\n\n""#,
    ),
    (
        r#"<<EOT
a\nb "q" $${x} %%{if}
EOT"#,
        r#""a\\nb \"q\" ${x} %{if}\n""#,
    ),
    (
        r"<<EOT
EOT",
        r#""""#,
    ),
    (r#""%{ if true ~}   \n\n  a  \n\n %{~ endif }""#, r#""a""#),
    (r#""a %{ for x in [1,2] ~} ${x} %{~ endfor } b""#, r#""a 12 b""#),
    (
        r#"<<-EOT
    start
    %{ for x in ["p","q"] ~}
    - ${x}
    %{ endfor ~}
    end
  EOT"#,
        r#""start\n    - p\n    - q\n    end\n""#,
    ),
    (
        r#"<<-EOT
    start
  %{ for x in ["p","q"] ~}
  - ${x}
  %{ endfor ~}
    end
  EOT"#,
        r#""  start\n  - p\n  - q\n    end\n""#,
    ),
    (
        r"<<-EOT
  a
b
  EOT",
        r#""  a\nb\n""#,
    ),
    (r#""%{ for x in ["a"] }\"${x}\"\t%{ endfor }""#, r#""\"a\"\t""#),
    (r#""%{ if false }a%{ else }b\n%{ endif }""#, r#""b\n""#),
    (r#"true ? {a=1} : {b="x"}"#, r#"{"a":"1"}"#),
    (r#"true ? {a=1,b=[1]} : {a="z",b=[2]}"#, r#"{"a":"1","b":[1]}"#),
    (r#"false ? [1,2] : ["a"]"#, r#"["a"]"#),
    (r#""é""#, r#""é""#),
    (r#""a$${b}%%{c}""#, r#""a${b}%{c}""#),
    (r#"[for i, v in ["a","b"]: "${i}=${v}" if i > 0]"#, r#"["1=b"]"#),
    ("{for k, v in {a=1,b=2}: v => k}", r#"{"1":"a","2":"b"}"#),
    (r#"{for k, v in {a=1,b=2}: "x" => v...}"#, r#"{"x":[1,2]}"#),
    ("[for x in [[1,2],[3]]: [for y in x: y * 2]]", "[[2,4],[6]]"),
    (r#"{(1 + 1) = "two", "q" = 1, bare = 2, "${"x"}y" = 3}"#, r#"{"2":"two","bare":2,"q":1,"xy":3}"#),
    ("[1,2,3][length([1,2,3]) - 1]", "3"),
    ("{a={b=[{c=1}]}}.a.b[0].c", "1"),
    ("[{a=1}].0.a", "1"),
    ("try({a=1}.b, {a=2}.a, 3)", "2"),
    ("can({a=1}.b)", "false"),
    (r#"[for x in [{a=1},{}]: try(x.a, "none")]"#, r#"[1,"none"]"#),
    (r#"!can(tonumber("x"))"#, "true"),
    ("max([1, 5, 3]...)", "5"),
    (r#"format("%s-%s", ["a", "b"]...)"#, r#""a-b""#),
    ("null == null", "true"),
    ("[] == []", "true"),
    ("{} == {}", "true"),
    (r#""a" != "b""#, "true"),
    (r#"true == "true""#, "false"),
    (r#"(1 == 1) && ("true" || false)"#, "true"),
    (
        r"<<EOT
${true}
EOT",
        r#""true\n""#,
    ),
    (r#"jsonencode({a = "x", "b" : [1, 2,], })"#, r#""{\"a\":\"x\",\"b\":[1,2]}""#),
    (r#"toset(["b","a","b"])"#, r#"["a","b"]"#),
    (r#"merge({a=1}, {for k in ["b"]: k => 2})"#, r#"{"a":1,"b":2}"#),
    ("keys({b=1,a=2})[0]", r#""a""#),
    (r#""${[for x in ["a"]: x][0]}-${1 + 1}""#, r#""a-2""#),
    ("core::length([1])", "1"),
    (
        r"<<-EOT
    a
    %{~ if true ~}
    b
    %{~ endif ~}
    c
  EOT",
        r#""    a\n    b\n    c\n""#,
    ),
    (
        r"<<-EOT
    a
    %{ if true }
      b
    %{ else }
      c
    %{ endif }
    d
  EOT",
        r#""a\n\n  b\n\nd\n""#,
    ),
    (
        r#"<<-EOT
    a
    ${~ "x" ~}
    c
  EOT"#,
        r#""    a\nx    c\n""#,
    ),
    (
        r"<<-EOT
    a ${1} b
      ${2}
    c
  EOT",
        r#""a 1 b\n  2\nc\n""#,
    ),
    (
        r"<<-EOT
      %{ for x in [1,2] ~}
      %{ if x > 1 ~}
        n ${x}
      %{ endif ~}
      %{ endfor ~}
  EOT",
        r#""                          n 2\n      ""#,
    ),
    (r#"true ? {a=1,name="x"} : {}"#, r#"{"a":"1","name":"x"}"#),
    ("true ? [1,2] : []", "[1,2]"),
    (r#"true ? ["a",1] : []"#, r#"["a","1"]"#),
    (r#"true ? tolist(["a"]) : []"#, r#"["a"]"#),
    (r#"true ? toset(["a"]) : ["b"]"#, r#"["a"]"#),
    (r#"false ? [] : [{a=1},{b="x"}]"#, r#"[{"a":"1"},{"b":"x"}]"#),
];

pub(super) const REFUSED: &[&str] = &[
    r#""a${null}""#,
    r#""a${[1]}""#,
    "1 + null",
    "true && null",
    r#"{for x in ["a","b","a"]: x => 1}"#,
    "[for x in null: x]",
    r#"toset(["a"])[0]"#,
    "[1,2][1.5]",
    "[1,2][5]",
    "{a=1}.b",
    r#"{a=1}["b"]"#,
    "{a=1}[null]",
    "!null",
    r#"- "a""#,
    "true ? 1 : true",
    "1 ? 2 : 3",
    "null ? 2 : 3",
    "0/0",
    r#""a" < "b""#,
    r#""a" + 1"#,
    "max([]...)",
    "try()",
    "can()",
];
