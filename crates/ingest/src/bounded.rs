//! Fitting what clients send into the limits of events. An operator cannot change a client, so
//! dialects cut where the native API refuses.

use daybook_model::catalogue::Catalogue;
use daybook_model::field::Kind;
use daybook_model::validate::prefix;
use daybook_model::{Event, Value as FieldValue, ValueRef, limits};
use serde_json::{Map, Value};

/// Bytes of one text inside `details`, `metadata` or `changes`.
const TEXT_BYTES_MAX: usize = 4 << 10;
/// Nesting inside them; deeper values are shown as text.
const DEPTH_MAX: usize = 16;

/// Cuts texts to the limits of their fields and names them in `truncated`.
pub(crate) fn cut_texts(event: &mut Event) {
    for field in Catalogue::of(event.stream).fields() {
        let is_text = matches!(field.kind, Kind::Id | Kind::Keyword | Kind::Text);
        if !is_text || field.name == "id" {
            continue;
        }
        let Some(ValueRef::Text(text)) = event.get(field) else {
            continue;
        };
        if text.len() > field.bytes_max {
            let cut = FieldValue::Text(prefix(text, field.bytes_max).into());
            event.put(field, cut);
            event.mark_truncated(field.name);
        }
    }
}

/// Sets a JSON field to as many members as fit, in order; names it in `truncated` when some do
/// not. Leaves it absent when there are none.
pub(crate) fn set_object(event: &mut Event, name: &str, members: Map<String, Value>) {
    let keys_max = if name == "metadata" {
        limits::METADATA_KEYS_MAX
    } else {
        512
    };
    let (mut kept, mut bytes, mut cut) = (Map::new(), 2, false);
    for (key, mut value) in members {
        cut |= cut_value(&mut value, 0);
        // Key, value, and the punctuation between members.
        let size = encoded_bytes(&key) + value.to_string().len() + 2;
        if kept.len() >= keys_max || bytes + size > limits::JSON_BYTES_MAX {
            cut = true;
            continue;
        }
        bytes += size;
        kept.insert(key, value);
    }
    if !kept.is_empty() {
        event.set_json(name, Value::Object(kept).to_string());
    }
    if cut {
        event.mark_truncated(name);
    }
}

/// Sets a JSON field to as many items as fit.
pub(crate) fn set_array(event: &mut Event, name: &str, items: Vec<Value>) {
    let (mut kept, mut bytes, mut cut) = (Vec::new(), 2, false);
    for mut item in items {
        cut |= cut_value(&mut item, 0);
        let size = item.to_string().len() + 1;
        if bytes + size > limits::JSON_BYTES_MAX {
            cut = true;
            continue;
        }
        bytes += size;
        kept.push(item);
    }
    if !kept.is_empty() {
        event.set_json(name, Value::Array(kept).to_string());
    }
    if cut {
        event.mark_truncated(name);
    }
}

fn encoded_bytes(text: &str) -> usize {
    let mut json = String::with_capacity(text.len() + 2);
    daybook_model::value::write_json_text(text, &mut json);
    json.len()
}

/// Shortens long texts and flattens deep nesting in place; returns whether it changed anything.
fn cut_value(value: &mut Value, depth: usize) -> bool {
    match value {
        Value::String(text) if text.len() > TEXT_BYTES_MAX => {
            text.truncate(text.floor_char_boundary(TEXT_BYTES_MAX));
            true
        }
        Value::Array(_) | Value::Object(_) if depth >= DEPTH_MAX => {
            let mut text = value.to_string();
            text.truncate(text.floor_char_boundary(TEXT_BYTES_MAX));
            *value = Value::String(text);
            true
        }
        Value::Array(items) => items
            .iter_mut()
            .fold(false, |cut, item| cut_value(item, depth + 1) | cut),
        Value::Object(members) => members
            .values_mut()
            .fold(false, |cut, member| cut_value(member, depth + 1) | cut),
        _ => false,
    }
}
