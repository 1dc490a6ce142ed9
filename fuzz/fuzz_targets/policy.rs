//! Any text as a policy: it is checked and its problems are rendered, without a panic, a hang or a span outside of the text.
#![no_main]

use backstay::model::Sources;
use backstay::policy::{self, load::Files};
use backstay::view;
use libfuzzer_sys::fuzz_target;
use std::path::PathBuf;

fuzz_target!(|text: &str| {
    let mut sources = Sources::default();
    let id = sources.add("policy.hcl", text);
    // A folder that is not there, so that file functions find nothing.
    let files = Files { sources, policy: vec![id], folder: PathBuf::from("no-such-folder"), ..Files::default() };
    let checked = policy::check_files(files, &[]);
    let _ = view::diagnostics::render(&checked.problems, &checked.policy.sources, false);
    if let Ok(formatted) = policy::format::format(text) {
        assert_eq!(policy::format::format(&formatted).as_deref(), Ok(formatted.as_str()), "formatting twice changes nothing more");
    }
});
