//! From a call to its usage event: tokens, bill, timing, and what was said.

use super::billing::{self, Tokens};
use super::call_errors::Failure;
use super::company::Company;
use super::conversations::{self, Conversation, Frame};
use super::dice::Dice;
use super::keys::Key;
use super::models::{Kind, Model, Protocol, Route};
use super::people::User;
use super::record::{self, Trail, object};
use daybook_model::{Event, Stream, Timestamp};

/// Who calls.
#[derive(Clone, Copy)]
pub(super) enum Caller<'a> {
    Person(&'a User),
    Program(&'a Key, &'a User),
}

/// A call before it is recorded.
pub(super) struct Call<'a> {
    pub(super) trail: Trail,
    pub(super) time: Timestamp,
    pub(super) caller: Caller<'a>,
    pub(super) model: &'static Model,
    pub(super) route: &'static Route,
    pub(super) failure: Option<Failure>,
}

impl Call<'_> {
    /// The event of this call.
    pub(super) fn record(self, company: &Company, dice: &mut Dice) -> Event {
        let mut event = record::event_of(&self.trail, Stream::Usage, self.time, dice);
        let (protocol, streams) = self.manner();
        let is_stream = protocol != Protocol::Embeddings && dice.chance(streams);
        let talk = self.talk(company, dice);
        let tokens = self.tokens(talk.as_ref(), dice);
        self.write_caller(&mut event, dice);
        self.write_route(&mut event, protocol, is_stream);
        self.write_usage(&mut event, &tokens);
        self.write_timing(&mut event, &tokens, is_stream, dice);
        if let Some(talk) = talk {
            let frame = Frame {
                protocol,
                model: self.model.name,
                upstream_model: self.route.upstream_model,
                is_stream,
                time: self.time,
                tokens,
            };
            self.write_payloads(&mut event, &talk, &frame, dice);
        }
        event
    }

    /// The protocol it speaks and how likely it streams.
    fn manner(&self) -> (Protocol, f64) {
        match self.caller {
            Caller::Person(_) => (self.model.protocol, 0.93),
            Caller::Program(key, _) => (key.speaks(self.model.protocol), key.purpose.streams),
        }
    }

    /// What was said, for some of the calls of the last week.
    fn talk(&self, company: &Company, dice: &mut Dice) -> Option<Conversation> {
        let age_us = company.now.us() - self.time.us();
        let share = match age_us / Timestamp::DAY_US {
            0 => 0.30,
            1 => 0.12,
            2..7 => 0.06,
            _ => return None,
        };
        let feature = match self.caller {
            Caller::Program(key, _) => Some(key.purpose.feature),
            Caller::Person(_) => None,
        };
        let wanted = self.model.kind != Kind::Image && dice.chance(share);
        wanted.then(|| conversations::draw(feature, self.model.kind, dice))
    }

    fn tokens(&self, talk: Option<&Conversation>, dice: &mut Dice) -> Tokens {
        let mut tokens = match talk {
            Some(talk) => talk.tokens(self.model.kind, dice),
            None => self.usual_tokens(dice),
        };
        let writes = self.route.provider == "anthropic" && dice.chance(0.25);
        if writes {
            (tokens.cache_read, tokens.cache_write) = (0, tokens.cache_read);
        }
        if self.model.kind == Kind::Embedding {
            tokens = Tokens {
                input: tokens.input,
                ..Tokens::default()
            };
        }
        match &self.failure {
            None => tokens,
            Some(failure) if failure.is_partial => {
                let output = (tokens.output / 3).max(1);
                Tokens {
                    output,
                    reasoning: tokens.reasoning.min(output),
                    ..tokens
                }
            }
            Some(_) => Tokens::default(),
        }
    }

    fn usual_tokens(&self, dice: &mut Dice) -> Tokens {
        let (input, output) = match self.caller {
            Caller::Person(_) => (900.0, 420.0),
            Caller::Program(key, _) => (key.purpose.input, key.purpose.output),
        };
        let input = dice.around(input, 0.75).min(190_000);
        let reasoning = match self.model.kind {
            Kind::Reasoning => dice.around(600.0, 0.8).min(40_000),
            _ => 0,
        };
        let cached = if input > 1_024 && dice.chance(0.6) {
            (input as f64 * (0.35 + 0.6 * dice.unit())) as i64 / 128 * 128
        } else {
            0
        };
        let output = dice.around(output.max(1.0), 0.6).min(30_000) + reasoning;
        Tokens {
            input,
            cache_read: cached,
            cache_write: 0,
            output,
            reasoning,
        }
    }

    fn write_caller(&self, event: &mut Event, dice: &mut Dice) {
        let (user, source, group, ip, user_agent) = match self.caller {
            Caller::Person(user) => (
                user,
                "playground",
                "internal",
                user.ip.as_str(),
                user.user_agent,
            ),
            Caller::Program(key, user) => (
                user,
                "virtual_key",
                key.purpose.group,
                key.ip.as_str(),
                key.user_agent,
            ),
        };
        record::place(event, user.workspace);
        event.set_text("kind", "call");
        event.set_text("user_id", user.id.as_str());
        event.set_text("user_name", user.name.as_str());
        if let Caller::Program(key, _) = self.caller {
            event.set_text("api_key_id", key.id.as_str());
            event.set_text("api_key_name", key.name.as_str());
            event.set_json("metadata", key.metadata(user, dice));
        } else if dice.chance(0.3) {
            let tags = [
                ("department", user.workspace.department),
                ("feature", "playground"),
            ];
            event.set_json("metadata", object(&tags));
        }
        event.set_text("source", source);
        event.set_text("group", group);
        event.set_text("ip", ip);
        event.set_text("user_agent", user_agent);
    }

    fn write_route(&self, event: &mut Event, protocol: Protocol, is_stream: bool) {
        event.set_text("endpoint", protocol.endpoint(self.model.name, is_stream));
        event.set_text("protocol", protocol.name());
        event.set_text("platform_model", self.model.name);
        event.set_boolean("is_stream", is_stream);
        // A call that the platform refused took no route.
        if self
            .failure
            .as_ref()
            .is_none_or(|failure| failure.is_upstream)
        {
            event.set_text("upstream_model", self.route.upstream_model);
            event.set_text("upstream_name", self.route.upstream_name);
            event.set_text("provider", self.route.provider);
            event.set_text("channel_id", self.route.channel_id);
            event.set_text("binding_code", self.route.binding_code);
        }
    }

    fn write_usage(&self, event: &mut Event, tokens: &Tokens) {
        let percent = billing::percent_of(event.text("group").unwrap_or_default());
        let is_paid = self
            .failure
            .as_ref()
            .is_none_or(|failure| failure.is_partial);
        let bill = match is_paid {
            true => billing::bill(tokens, &self.route.price, percent),
            false => billing::Bill {
                cost: 0,
                items: "[]".into(),
            },
        };
        event.set_text("billing_mode", self.route.billing_mode);
        event.set_integer("input_tokens", tokens.input);
        event.set_integer("output_tokens", tokens.output);
        if self.model.kind != Kind::Embedding && is_paid {
            event.set_integer("cache_read_tokens", tokens.cache_read);
            if self.route.provider == "anthropic" {
                event.set_integer("cache_write_tokens", tokens.cache_write);
            }
            event.set_integer("reasoning_tokens", tokens.reasoning);
        }
        let cost_source = match (&self.failure, self.route.provider) {
            (Some(failure), _) if failure.is_partial => "estimated",
            (_, "deepseek") => "reported",
            _ => "priced",
        };
        event.set_integer("cost", bill.cost);
        event.set_text("cost_source", cost_source);
        event.set_json("billing_items", bill.items);
        event.set_integer("quota", billing::quota(bill.cost));
        event.set_integer("call_count", 1);
    }

    fn write_timing(&self, event: &mut Event, tokens: &Tokens, is_stream: bool, dice: &mut Dice) {
        let first_ms = match self.route.provider {
            "vllm" => 140.0,
            "gcp.gemini" => 360.0,
            "anthropic" => 640.0,
            "deepseek" => 980.0,
            _ => 410.0,
        };
        let tokens_per_s = match self.route.price.output {
            50_000.. => 34,
            8_000.. => 66,
            1.. => 118,
            _ => 52,
        };
        let prefill_ms = tokens.input / 90;
        let think_ms = tokens.reasoning * 1_000 / tokens_per_s;
        let ttft_ms = dice.around(first_ms, 0.35) + prefill_ms + think_ms;
        let write_ms = (tokens.output - tokens.reasoning) * 1_000 / tokens_per_s;
        let latency_ms = match &self.failure {
            Some(failure) if !failure.is_partial => failure.latency_ms,
            _ => ttft_ms + (write_ms as f64 * (0.8 + 0.5 * dice.unit())) as i64,
        };
        event.set_integer("latency_ms", latency_ms);
        if is_stream && tokens.output > 0 {
            event.set_integer("ttft_ms", ttft_ms);
        }
        event.set_integer(
            "status_code",
            self.failure.as_ref().map_or(200, |failure| failure.status),
        );
        if let Some(failure) = &self.failure {
            event.set_text("error", failure.message.as_str());
        }
    }

    fn write_payloads(
        &self,
        event: &mut Event,
        talk: &Conversation,
        frame: &Frame<'_>,
        dice: &mut Dice,
    ) {
        event.set_text("content", talk.headline());
        event.set_json("request", conversations::request(talk, frame, dice));
        let response = match &self.failure {
            None => conversations::response(talk, frame, dice),
            Some(failure) => {
                conversations::refusal(frame.protocol, failure.status, &failure.message)
            }
        };
        event.set_json("response", response);
    }
}
