//! Things of a declared name that are somebody else's.

use crate::model::{Code, CompoundAddress, KindSpec, Live, Refusal, Resource};

/// That a thing of the declared name is somebody else's, and what to do.
pub(super) fn refusal(spec: &KindSpec, resource: &Resource, live: &Live) -> Refusal {
    let (title, name) = (spec.title, &live.id.name);
    let (reason, remedy) = match (&live.mark, &resource.address.within) {
        (Some(mark), _) => (
            format!("{title} `{name}` is there already, and workspace `{}` made it as {}", mark.workspace, mark.address),
            "give this block another name, or release the thing there first with a `removed` block".to_owned(),
        ),
        (None, None) => (
            format!("{title} `{name}` is there already, and backstay did not make it"),
            "write `adopt = true` into the block to take it over, or give the block another name".to_owned(),
        ),
        (None, Some(compound)) => (
            format!("{title} `{name}` is there already, and backstay did not make it"),
            format!(
                "write `adopt = true` into the block `{}` to take over what it is made of, or give it another `name_prefix`",
                CompoundAddress { key: None, target: None, ..compound.clone() }
            ),
        ),
    };
    Refusal { code: Code::Foreign.to_string(), reason, remedy }
}

/// That several things of the declared name are nobody's, and nothing tells which of them the block is about.
pub(super) fn ambiguous(spec: &KindSpec, live: &Live) -> Option<Refusal> {
    let (title, name, ids) = (spec.title, &live.id.name, live.fact(Live::AMBIGUOUS)?);
    Some(Refusal {
        code: Code::Foreign.to_string(),
        reason: format!("there is more than one {title} `{name}` that nobody marked, and it is not known which is meant: {ids}"),
        remedy: "rename or remove the others, or make the block say wholly what the one that is meant says, and no other".to_owned(),
    })
}

/// That there are others of its name, which nobody marked and which are not meant.
pub(super) fn namesakes(spec: &KindSpec, live: &Live) -> Option<String> {
    let (title, own, ids) = (spec.title, live.fact(Live::ID)?, live.fact(Live::NAMESAKES)?);
    Some(format!("{ids} has this name too, and nobody marked either: {title} {own} is meant, as it alone is as declared"))
}
