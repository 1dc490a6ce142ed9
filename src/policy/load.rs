//! Files to text: which files a policy is, and the bounds within which they are read.

use crate::files;
use crate::model::{Code, Diagnostic, SourceId, Sources};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The largest policy file that is read, in bytes. A hand-written policy is thousands of times smaller; what is larger is another file.
pub const LARGEST_FILE: u64 = 4 * 1024 * 1024;

/// The text of a policy, not yet looked at.
#[derive(Debug, Default)]
pub struct Files {
    /// All files that were read.
    pub sources: Sources,
    /// The policy files.
    pub policy: Vec<SourceId>,
    /// The files of variables that are read by themselves: `*.auto.vars.hcl`.
    pub variables: Vec<SourceId>,
    /// SHA-256 of each file, by name.
    pub digests: BTreeMap<String, String>,
    /// The folder that relative paths of functions start from.
    pub folder: PathBuf,
    /// What is wrong with files.
    pub problems: Vec<Diagnostic>,
}

/// Reads a policy: a folder's `*.hcl` files, or one file.
///
/// Files of variables (`*.vars.hcl`) and seeds of the sandbox (`*.seed.hcl`) are not policy; of them only `*.auto.vars.hcl` are read.
pub fn load(path: &Path) -> Files {
    let mut files = Files { folder: path.to_owned(), ..Files::default() };
    if path.is_dir() {
        match names_in(path) {
            Ok(names) => {
                for name in names {
                    files.read(&path.join(&name), &name);
                }
                if files.policy.is_empty() && files.problems.is_empty() {
                    let title = format!("there is no policy in {}", path.display());
                    let help = "a policy is one or more `*.hcl` files; give its folder as the argument, or write one: `backstay schema` lists what can stand in it";
                    files.problems.push(Diagnostic::error(Code::Unreadable, title).help(help));
                }
            }
            Err(error) => files.problems.push(unreadable(path, &error)),
        }
    } else {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        files.folder = PathBuf::from(parent.unwrap_or_else(|| Path::new(".")));
        files.read(path, &path.display().to_string());
    }
    files
}

/// Whether a folder has files of a policy, whatever is in them.
pub fn is_there(folder: &Path) -> bool {
    names_in(folder).is_ok_and(|names| !names.is_empty())
}

fn names_in(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        #[expect(clippy::case_sensitive_file_extension_comparisons, reason = "only lower-case names are policy, as in Terraform")]
        let is_policy =
            name.ends_with(".hcl") && (!name.ends_with(".vars.hcl") || name.ends_with(".auto.vars.hcl")) && !name.ends_with(".seed.hcl");
        // A link that leads nowhere is read too, and so told of: a policy must not shrink in silence.
        if is_policy && !name.starts_with('.') && !entry.path().is_dir() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Diagnostic {
    let title = format!("cannot read {}: {}", path.display(), plain(error));
    Diagnostic::error(Code::Unreadable, title).help("give the folder or file of the policy as the argument")
}

/// The error in words, without the operating system's number.
fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text).to_owned();
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}

impl Files {
    fn read(&mut self, path: &Path, name: &str) {
        let is_special = std::fs::metadata(path).is_ok_and(|file| !file.is_file());
        let text = if is_special { Err(no_file(path)) } else { read_text(path) };
        match text {
            Ok(text) => {
                self.digests.insert(name.to_owned(), files::digest(text.as_bytes()));
                let shown = path.strip_prefix(".").unwrap_or(path).display().to_string();
                let id = self.sources.add(shown, text);
                if name.ends_with(".auto.vars.hcl") {
                    self.variables.push(id);
                } else {
                    self.policy.push(id);
                }
            }
            Err(problem) => self.problems.push(problem),
        }
    }
}

fn no_file(path: &Path) -> Diagnostic {
    Diagnostic::error(Code::Unreadable, format!("{} is not a file", path.display())).help("a policy is made of files")
}

/// Reads one file as text.
///
/// # Errors
///
/// It is not there, too large, or not UTF-8.
pub fn read_text(path: &Path) -> Result<String, Diagnostic> {
    let file = std::fs::File::open(path).map_err(|error| unreadable(path, &error))?;
    let mut bytes = Vec::new();
    // The length that the file system tells is no bound: a device or a pipe has none.
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LARGEST_FILE) {
        let title = format!("{} has more than {LARGEST_FILE} bytes, the most that a policy file may have", path.display());
        return Err(Diagnostic::error(Code::Unreadable, title).help("is this the right file? If so, split it"));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(good).filter(|byte| **byte == b'\n').count() + 1;
        let title = format!("{} is not UTF-8: line {line} has a byte that is not text", path.display());
        Diagnostic::error(Code::Unreadable, title).help("save the file as UTF-8")
    })?;
    // Editors of some systems put a byte-order mark in front; HCL does not know it.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// The files that `fmt` formats: every `*.hcl` of a folder, variables and seeds among them, or one file.
///
/// # Errors
///
/// The path is not there, or a folder without such files.
pub fn formattable(path: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    if !path.is_dir() {
        return std::fs::metadata(path).map(|_| vec![path.to_owned()]).map_err(|error| unreadable(path, &error));
    }
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(path).map_err(|error| unreadable(path, &error))? {
        let file = entry.map_err(|error| unreadable(path, &error))?.path();
        if file.extension().is_some_and(|extension| extension == "hcl") && file.is_file() {
            paths.push(file);
        }
    }
    paths.sort();
    if paths.is_empty() {
        let title = format!("there is no `*.hcl` file in {}", path.display());
        return Err(Diagnostic::error(Code::Unreadable, title).help("give the folder or file to format as the argument"));
    }
    Ok(paths)
}
