//! Secrets that are named beside themselves: `{"name": "API_KEY", "value": "…"}` and
//! `["Authorization", "…"]`.

use super::is_secret_name;
use serde_json::{Map, Value};

/// Members that name what another member of the same object holds, besides those that end in
/// `name`.
const NAMES: [&str; 17] = [
    "key",
    "field",
    "header",
    "variable",
    "var",
    "env",
    "parameter",
    "param",
    "setting",
    "option",
    "property",
    "attribute",
    "label",
    "path",
    "id",
    "k",
    "n",
];

/// Members that hold what another one names, besides those that end in `value`.
const VALUES: [&str; 14] = [
    "values",
    "val",
    "v",
    "old",
    "new",
    "before",
    "after",
    "from",
    "to",
    "previous",
    "current",
    "default",
    "plain",
    "plaintext",
];

/// Whether some member of an object says that others hold a secret.
pub(super) fn name_secret(members: &Map<String, Value>) -> bool {
    let named = members
        .iter()
        .filter(|(name, _)| is_one_of(&NAMES, "name", name));
    let mut texts = named.filter_map(|(_, item)| item.as_str());
    texts.any(is_secret_name)
}

/// Whether a member of this name holds what another one names.
pub(super) fn is_value(name: &str) -> bool {
    is_one_of(&VALUES, "value", name)
}

/// Whether what has this name in a text names what follows it. Fewer words than in objects: there
/// most of them mean something else.
pub(super) fn is_name_in_text(name: &str) -> bool {
    is_one_of(&["key"], "name", name)
}

/// Whether what has this name in a text holds what the one before it names.
pub(super) fn is_value_in_text(name: &str) -> bool {
    is_one_of(&[], "value", name)
}

/// Whether a list is a name and its secret. A list of two plain words is taken for a choice of
/// words (`["password", "passkey"]`), unless it is itself one of a list of lists.
pub(super) fn is_secret_pair(items: &[Value], among_lists: bool) -> bool {
    let [Value::String(name), value] = items else {
        return false;
    };
    let is_choice = || {
        let is_word = |text: &str| text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'_'));
        is_word(name) && value.as_str().is_some_and(is_word)
    };
    is_secret_name(name) && (among_lists || !is_choice())
}

fn is_one_of(known: &[&str], ending: &str, name: &str) -> bool {
    let bare = name.to_ascii_lowercase().replace(['-', '_'], "");
    bare.ends_with(ending) || known.contains(&bare.as_str())
}
