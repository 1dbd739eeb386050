//! Calls in figures: sums, groups, series, rates. Whatever is asked here covers events of the kind
//! `call` within the caller's scope, and the kind is added in one place ([`calls`]).

mod breakdown;
mod summary;
mod timeseries;

pub(super) use breakdown::*;
pub(super) use summary::*;
pub(super) use timeseries::*;

use super::input::choice;
use super::logs::countable;
use crate::error::ApiResult;
use crate::reading::Reader;
use daybook_model::aggregate::{Measure, Quantiles, Totals};
use daybook_model::money::NanoUsdSum;
use daybook_model::params::Params;
use daybook_model::{Field, Filter, Query, Stream, Test, Value, catalogue};
use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// The calls that the parameters left ask for, as far as the caller may see them.
fn calls(reader: &Reader, params: Params) -> ApiResult<Query> {
    let mut query = reader.query(params, Stream::Usage)?;
    query.filters.push(Filter {
        field: catalogue::field(Stream::Usage, "kind"),
        negated: false,
        any: vec![Test::Is(Value::Text("call".into()))],
    });
    Ok(query)
}

/// The field that groups events, and the field that names a group.
type Grouping = (&'static Field, Option<&'static Field>);

fn grouping(reader: &Reader, by: &str) -> ApiResult<Grouping> {
    let name = match by {
        "user" => "user_id",
        "model" => "platform_model",
        "api_key" => "api_key_id",
        other => other,
    };
    let field = countable(reader, Stream::Usage, name, "by")?;
    let named_by = match field.name {
        "user_id" => Some("user_name"),
        "api_key_id" => Some("api_key_name"),
        "workspace_id" => Some("workspace_name"),
        _ => None,
    };
    let named_by = named_by.map(|name| catalogue::field(Stream::Usage, name));
    Ok((field, named_by))
}

fn order(params: &mut Params) -> ApiResult<Measure> {
    let measures = [
        ("cost", Measure::Cost),
        ("requests", Measure::Requests),
        ("tokens", Measure::Tokens),
    ];
    choice(params, "order", &measures, Measure::Cost)
}

/// Sums over some calls.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Sums {
    /// Calls.
    requests: u64,
    /// Calls that failed.
    errors: u64,
    /// Input and output tokens.
    #[schema(value_type = i64)]
    total_tokens: i128,
    /// USD, up to nine decimal places.
    #[schema(value_type = f64)]
    cost: Usd,
}

impl From<&Totals> for Sums {
    fn from(totals: &Totals) -> Self {
        Self {
            requests: totals.requests,
            errors: totals.errors,
            total_tokens: totals.total_tokens,
            cost: Usd(totals.cost),
        }
    }
}

/// A sum of money as a JSON number, digit by digit: no float is ever made of it.
#[derive(Debug, Default)]
struct Usd(NanoUsdSum);

impl Serialize for Usd {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digits = RawValue::from_string(self.0.to_string()).map_err(S::Error::custom)?;
        digits.serialize(serializer)
    }
}

/// How long calls took, in milliseconds, at most half a percent off.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Latencies {
    /// Half of the calls took no longer.
    p50: i64,
    /// 95 % took no longer.
    p95: i64,
    /// 99 % took no longer.
    p99: i64,
}

impl From<Quantiles> for Latencies {
    fn from(quantiles: Quantiles) -> Self {
        Self {
            p50: quantiles.p50,
            p95: quantiles.p95,
            p99: quantiles.p99,
        }
    }
}

/// A group's key or name as plain text.
fn shown(field: Option<&Field>, value: Option<&Value>) -> Option<String> {
    Some(value?.as_ref().display(field?.kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_stays_exact_in_json() {
        let sums = Sums {
            cost: Usd(NanoUsdSum(123_456_789_012_345_678_900_000_001)),
            total_tokens: i128::from(i64::MAX) + 1,
            ..Sums::default()
        };
        assert_eq!(
            serde_json::to_string(&sums).unwrap(),
            "{\"requests\":0,\"errors\":0,\"total_tokens\":9223372036854775808,\
             \"cost\":123456789012345678.900000001}"
        );
    }
}
