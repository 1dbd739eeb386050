//! What a call costs. Products of tokens and prices are exact; each item is rounded once, half to
//! even, to nano-USD, and the cost is the sum of the items.

use super::models::Price;
use std::fmt::Write;

/// Tokens of a call; the parts lie within `input` and `output`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tokens {
    pub(super) input: i64,
    pub(super) cache_read: i64,
    pub(super) cache_write: i64,
    pub(super) output: i64,
    pub(super) reasoning: i64,
}

/// A call's bill.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Bill {
    /// In nano-USD.
    pub(super) cost: i64,
    /// The items as JSON.
    pub(super) items: String,
}

/// What one USD is in the platform's own units.
pub(super) const QUOTA_PER_USD: i64 = 500_000;

/// What groups pay, in percent of the list price.
pub(super) fn percent_of(group: &str) -> i64 {
    match group {
        "vip" => 85,
        "batch" => 50,
        _ => 100,
    }
}

/// The bill of a call at a list price for a group.
pub(super) fn bill(tokens: &Tokens, price: &Price, percent: i64) -> Bill {
    let fresh = tokens.input - tokens.cache_read - tokens.cache_write;
    let lines = [
        ("call", i64::from(price.call > 0), price.call),
        ("input", fresh, price.input),
        ("cache_read", tokens.cache_read, price.cache_read),
        ("cache_write", tokens.cache_write, price.cache_write),
        ("output", tokens.output, price.output),
    ];
    let mut bill = Bill {
        cost: 0,
        items: String::from("["),
    };
    for (item, quantity, list) in lines {
        if quantity == 0 || list == 0 {
            continue;
        }
        // In pico-USD, where every discounted price is whole.
        let unit_price = list * 10 * percent;
        let amount = round_half_even(quantity * unit_price, 1_000);
        bill.cost += amount;
        let comma = if bill.items.len() > 1 { "," } else { "" };
        write!(
            bill.items,
            r#"{comma}{{"item":"{item}","quantity":{quantity},"unit_price":{},"amount":{}}}"#,
            decimal(unit_price, 12),
            decimal(amount, 9)
        )
        .expect("writing to a text cannot fail");
    }
    bill.items.push(']');
    bill
}

/// A cost in nano-USD as units of quota.
pub(super) fn quota(cost: i64) -> i64 {
    round_half_even(cost, 1_000_000_000 / QUOTA_PER_USD)
}

fn round_half_even(value: i64, divisor: i64) -> i64 {
    let (quotient, rest) = (value.div_euclid(divisor), value.rem_euclid(divisor));
    let up = 2 * rest > divisor || (2 * rest == divisor && quotient % 2 != 0);
    quotient + i64::from(up)
}

/// A non-negative number of 10^-places as a decimal.
fn decimal(value: i64, places: usize) -> String {
    let scale = 10_i64.pow(places as u32);
    let (whole, fraction) = (value / scale, value % scale);
    if fraction == 0 {
        return whole.to_string();
    }
    let digits = format!("{fraction:0places$}");
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bill_is_exact_and_rounds_half_to_even() {
        let price = Price {
            input: 75,
            cache_read: 25,
            cache_write: 0,
            output: 600,
            call: 0,
        };
        let tokens = Tokens {
            input: 4,
            cache_read: 1,
            output: 2,
            ..Tokens::default()
        };
        // 3 × 37.5 = 112.5 → 112, 1 × 12.5 → 12, 2 × 300 = 600.
        let bill = bill(&tokens, &price, 50);
        assert_eq!(bill.cost, 724);
        assert_eq!(
            bill.items,
            concat!(
                r#"[{"item":"input","quantity":3,"unit_price":0.0000000375,"amount":0.000000112},"#,
                r#"{"item":"cache_read","quantity":1,"unit_price":0.0000000125,"amount":0.000000012},"#,
                r#"{"item":"output","quantity":2,"unit_price":0.0000003,"amount":0.0000006}]"#
            )
        );
        assert_eq!(
            (quota(4_820_000), quota(3_000), quota(5_000)),
            (2_410, 2, 2)
        );
    }
}
