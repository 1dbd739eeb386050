//! Queries from URLs: the one reading of `from`, `to`, `q`, `sort`, paging and `field.op=value`.
//! What it does not know it refuses by name.

mod condition;

use crate::query::Operator;
use crate::{Filter, ListRequest, Query, Scope, Sort, Stream, Timestamp, limits};
use condition::{parse_condition, parse_key};

/// A parameter that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{parameter}: {message}")]
pub struct ParamError {
    /// Its name.
    pub parameter: String,
    /// What is wrong with it.
    pub message: String,
}

/// Decoded URL parameters, taken one by one; what is left becomes filters.
#[derive(Debug, Clone)]
pub struct Params {
    pairs: Vec<(String, String)>,
    now: Timestamp,
}

type Result<T> = std::result::Result<T, ParamError>;

fn wrong<T>(parameter: &str, message: impl Into<String>) -> Result<T> {
    let parameter = parameter.chars().take(128).collect();
    Err(ParamError {
        parameter,
        message: message.into(),
    })
}

impl Params {
    /// Parameters as decoded from a URL; relative times count from `now`.
    pub const fn new(pairs: Vec<(String, String)>, now: Timestamp) -> Self {
        Self { pairs, now }
    }

    /// Takes a parameter that may stand once.
    ///
    /// # Errors
    /// When it stands twice.
    pub fn take(&mut self, name: &str) -> Result<Option<String>> {
        let mut found = self.pairs.extract_if(.., |(key, _)| key == name);
        let first = found.next().map(|(_, value)| value);
        if found.next().is_some() {
            return wrong(name, "given twice");
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    /// Takes a whole number within bounds.
    ///
    /// # Errors
    /// When it is no number or out of bounds.
    pub fn take_number(
        &mut self,
        name: &str,
        default: usize,
        min: usize,
        max: usize,
    ) -> Result<usize> {
        let Some(text) = self.take(name)? else {
            return Ok(default);
        };
        match text.parse() {
            Ok(number) if (min..=max).contains(&number) => Ok(number),
            _ => wrong(name, format!("expected a whole number from {min} to {max}")),
        }
    }

    /// Ends the reading of parameters that hold no filters.
    ///
    /// # Errors
    /// When something is left that nobody took.
    pub fn finish(self) -> Result<()> {
        match self.pairs.first() {
            Some((name, _)) => wrong(name, "unknown parameter"),
            None => Ok(()),
        }
    }

    /// What concerns one stream of several: all parameters but those that are another stream's
    /// alone, as `audit:actor_id=ana` is the audit stream's.
    #[must_use]
    pub fn of_stream(&self, stream: Stream) -> Self {
        let concerning = |(key, text): &(String, String)| {
            let key = match alone(key) {
                Some((owner, rest)) => (owner == stream).then_some(rest)?,
                None => key,
            };
            Some((key.to_owned(), text.clone()))
        };
        Self {
            pairs: self.pairs.iter().filter_map(concerning).collect(),
            now: self.now,
        }
    }

    /// A parameter that concerns a stream alone which is none of these, if there is one.
    pub fn of_other_stream(&self, streams: &[Stream]) -> Option<&str> {
        let mut keys = self.pairs.iter().map(|(key, _)| key.as_str());
        keys.find(|key| alone(key).is_some_and(|(owner, _)| !streams.contains(&owner)))
    }

    fn take_time(&mut self, name: &str) -> Result<Option<Timestamp>> {
        let now = self.now;
        self.take(name)?
            .map(|text| {
                Timestamp::parse_param(&text, now).or_else(|_| {
                    wrong(
                        name,
                        "not a time: expected RFC 3339, epoch seconds or relative like -24h",
                    )
                })
            })
            .transpose()
    }

    /// Takes `sort`, `page` and `page_size`, then the rest as [`Params::query`].
    ///
    /// # Errors
    /// Names the parameter that cannot be used.
    pub fn list_request(mut self, stream: Stream, scope: Scope) -> Result<ListRequest> {
        let sort = match self.take("sort")? {
            Some(text) => parse_sort(stream, &scope, &text)?,
            None => Sort::newest(stream),
        };
        let page = self.take_number("page", 1, 1, 1_000_000_000)?;
        let size = self.take_number(
            "page_size",
            limits::PAGE_SIZE_DEFAULT,
            1,
            limits::PAGE_SIZE_MAX,
        )?;
        let query = self.query(stream, scope)?;
        Ok(ListRequest {
            query,
            sort,
            offset: (page as u64 - 1) * size as u64,
            limit: size,
        })
    }

    /// Takes everything left as a query: `from`, `to`, `q`, `as_of` and filters. Without `from`
    /// it covers the online window. Fields that the scope does not show are unknown.
    ///
    /// # Errors
    /// Names the parameter that cannot be used.
    pub fn query(self, stream: Stream, scope: Scope) -> Result<Query> {
        let default_from = self.now.plus_us(-limits::ONLINE_WINDOW_US);
        self.query_from(Some(default_from), stream, scope)
    }

    /// The same for what reaches into the archive: without `from` it covers everything there is.
    ///
    /// # Errors
    /// Names the parameter that cannot be used.
    pub fn whole_query(self, stream: Stream, scope: Scope) -> Result<Query> {
        self.query_from(None, stream, scope)
    }

    fn query_from(
        mut self,
        default_from: Option<Timestamp>,
        stream: Stream,
        scope: Scope,
    ) -> Result<Query> {
        let from = self.take_time("from")?.or(default_from);
        let to = self.take_time("to")?;
        if from.zip(to).is_some_and(|(from, to)| to < from) {
            return wrong("to", "before from");
        }
        let search = self
            .take("q")?
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty());
        if search
            .as_ref()
            .is_some_and(|text| text.len() > limits::SEARCH_BYTES_MAX)
        {
            return wrong(
                "q",
                format!("longer than {} bytes", limits::SEARCH_BYTES_MAX),
            );
        }
        let as_of = match self.take("as_of")?.map(|text| text.parse::<i64>()) {
            Some(Ok(seq)) if seq >= 0 => Some(seq),
            None => None,
            Some(_) => return wrong("as_of", "expected the as_of of an earlier answer"),
        };
        let filters = self.filters(stream, &scope)?;
        Ok(Query {
            stream,
            from,
            to,
            filters,
            search,
            as_of,
            scope,
        })
    }

    fn filters(self, stream: Stream, scope: &Scope) -> Result<Vec<Filter>> {
        let mut filters: Vec<(String, Filter)> = Vec::new();
        for (key, text) in self.pairs {
            let (field, operator) = parse_key(stream, scope, &key)?;
            let mut filter = parse_condition(&key, field, operator, &text, self.now)?;
            let alternative = matches!(
                operator,
                Operator::Eq | Operator::Ne | Operator::Prefix | Operator::Contains
            );
            match filters
                .iter_mut()
                .find(|(known, _)| alternative && *known == key)
            {
                Some((_, known)) if known.any.len() >= limits::FILTER_VALUES_MAX => {
                    return wrong(
                        &key,
                        format!("more than {} values", limits::FILTER_VALUES_MAX),
                    );
                }
                Some((_, known)) => known.any.append(&mut filter.any),
                None => filters.push((key, filter)),
            }
        }
        Ok(filters.into_iter().map(|(_, filter)| filter).collect())
    }
}

/// The one stream that a parameter concerns, if it names it, and its own name.
fn alone(key: &str) -> Option<(Stream, &str)> {
    let (name, rest) = key.split_once(':')?;
    name.parse().ok().map(|stream| (stream, rest))
}

fn parse_sort(stream: Stream, scope: &Scope, text: &str) -> Result<Sort> {
    let (name, descending) = match text.strip_prefix('-') {
        Some(name) => (name, true),
        None => (text, false),
    };
    match scope.field(stream, name) {
        Some(field) if field.sort => Ok(Sort { field, descending }),
        Some(_) => wrong(
            "sort",
            format!("{stream} events cannot be sorted by {name}"),
        ),
        None => wrong(
            "sort",
            format!("unknown field {name:.64} of the stream {stream}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Event, Test};

    fn request(stream: Stream, query: &[(&str, &str)]) -> Result<ListRequest> {
        let pairs = query
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        let now = Timestamp::parse("2026-11-20T00:00:00Z").unwrap();
        Params::new(pairs, now).list_request(stream, Scope::All)
    }

    #[test]
    fn reads_every_operator() {
        let event = |json: &str| Event::from_stored(json).unwrap();
        let call = event(concat!(
            r#"{"stream":"usage","id":"call-1","time":"2026-11-19T14:00:00Z","seq":4,"cost":0.01,"#,
            r#""platform_model":"GPT-4o","outcome":"error","is_stream":false,"metadata":{"Team":"Core"}}"#
        ));
        let holds =
            |query: &[(&str, &str)]| request(Stream::Usage, query).unwrap().query.matches(&call);
        for yes in [
            ("cost", "0.01"),
            ("cost.gte", "1e-2"),
            ("cost.lt", "0.010000001"),
            ("cost.ne", "0.02"),
            ("platform_model.contains", "gpt"),
            ("platform_model.prefix", "GPT"),
            ("id.prefix", "call"),
            ("outcome.gte", "success"),
            ("is_stream", "false"),
            ("user_id.ne", "u"),
            ("to", "now"),
            ("user_id.exists", "false"),
            ("q", "core"),
            ("q", "team"),
            ("q", "pt-4O"),
            ("from", "-24h"),
            ("time.gte", "2026-11-19T14:00:00Z"),
            ("as_of", "4"),
        ] {
            assert!(holds(&[yes]), "{yes:?}");
        }
        for no in [
            ("cost.gt", "0.01"),
            ("platform_model", "gpt-4o"),
            ("platform_model.ne", "GPT-4o"),
            ("q", "claude"),
            ("to", "2026-11-19T14:00:00Z"),
            ("as_of", "3"),
            ("user_id.exists", "true"),
        ] {
            assert!(!holds(&[no]), "{no:?}");
        }
        assert!(
            holds(&[("platform_model", "x"), ("platform_model", "GPT-4o")]),
            "values are alternatives"
        );
        assert!(
            !holds(&[("cost.gt", "0"), ("cost.gt", "1")]),
            "bounds are not"
        );
    }

    #[test]
    fn reads_levels_and_action_wildcards() {
        let level = request(Stream::System, &[("level.gte", "error")])
            .unwrap()
            .query
            .filters;
        assert_eq!(level[0].any.len(), 2);
        let action = request(
            Stream::Audit,
            &[("action", "mcp_oauth_client.*"), ("action", "a.b")],
        )
        .unwrap();
        assert_eq!(
            action.query.filters[0].any[0],
            Test::StartsWith("mcp_oauth_client.".into())
        );
        assert_eq!(action.query.filters[0].any.len(), 2);
    }

    #[test]
    fn an_action_has_its_wildcard_at_one_end() {
        let asked = |key: &str, text: &str| request(Stream::Audit, &[(key, text)]);
        let event = |action: &str| {
            let json = format!(
                r#"{{"stream":"audit","id":"a","time":"2026-11-19T14:00:00Z","action":"{action}"}}"#
            );
            Event::from_stored(&json).unwrap()
        };
        for (key, text, disabled, created) in [
            ("action", "*.disabled", true, false),
            ("action.ne", "*.disabled", false, true),
            ("action", "model.*", true, true),
            ("action", "*", true, true),
            ("action", "*.Disabled", false, false),
        ] {
            let query = asked(key, text).unwrap().query;
            assert_eq!(query.matches(&event("model.disabled")), disabled, "{text}");
            assert_eq!(query.matches(&event("model.created")), created, "{text}");
        }
        for (key, text, part) in [
            ("action", "model.*.x", "at the end"),
            ("action", "*disabled*", "at the end"),
            ("action.ne", "**", "at the end"),
            ("action.prefix", "model.*", "no * here"),
            ("action.contains", "*.disabled", "no * here"),
        ] {
            let error = asked(key, text).unwrap_err();
            assert!(
                error.parameter == key && error.message.contains(part),
                "{error}"
            );
        }
    }

    #[test]
    fn refuses_by_name() {
        for (key, value, part) in [
            ("colour", "red", "unknown field"),
            ("cost.prefix", "1", "takes eq"),
            ("cost", "free", "decimal"),
            ("sort", "-request", "cannot be sorted"),
            ("sort", "size", "unknown field"),
            ("page", "0", "from 1"),
            ("page_size", "1001", "to 1000"),
            ("from", "soon", "not a time"),
            ("to", "-100d", "before from"),
            ("level.gte", "x", "unknown field"),
            ("as_of", "x", "as_of"),
            ("request", "x", "takes none"),
            ("is_stream", "maybe", "true or false"),
            ("outcome", "ok", "success"),
        ] {
            let error = request(Stream::Usage, &[(key, value)]).unwrap_err();
            assert!(
                error.parameter == key && error.message.contains(part),
                "{error}"
            );
        }
        assert!(request(Stream::Usage, &[("q", "a"), ("q", "b")]).is_err());
    }

    #[test]
    fn a_hidden_field_is_refused_like_one_that_does_not_exist() {
        let refused = |key: &str, value: &str| {
            let params = Params::new(vec![(key.into(), value.into())], Timestamp::now());
            let error = params
                .list_request(Stream::Usage, Scope::own([]))
                .unwrap_err();
            error.to_string()
        };
        for (hidden, none) in [
            ("provider", "providex"),
            ("provider.ne", "providex.ne"),
            ("seq.gt", "sex.gt"),
        ] {
            assert_eq!(
                refused(hidden, "1").replace(hidden, none),
                refused(none, "1")
            );
        }
        let sort = refused("sort", "-provider").replace("provider", "providex");
        assert_eq!(sort, refused("sort", "-providex"));
    }
}
