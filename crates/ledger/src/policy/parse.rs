//! Policies as text. Names and URLs are opaque bytes; what follows `#` at the start of a line is lost.

use super::{Member, Policy, PolicyGroup, PolicyLog, PolicyWitness};
use crate::note::{KeyKind, VerifierKey};
use crate::text;
use std::collections::{HashMap, HashSet};

/// More bytes a policy may not have. C2SP asks for 32 logs, witnesses and groups at least.
pub const POLICY_BYTES_MAX: usize = 256 * 1024;

/// Why a text is no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicySyntaxError {
    /// A line is wrong.
    #[error("line {line} of the policy: {reason}")]
    Line {
        /// Which one, the first is 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// There is no `quorum` line.
    #[error("the policy has no quorum line")]
    NoQuorum,
    /// Larger than the limit.
    #[error("the policy has more than {POLICY_BYTES_MAX} bytes (POLICY_BYTES_MAX)")]
    TooLarge,
}

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    ///
    /// [`PolicySyntaxError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, PolicySyntaxError> {
        if bytes.len() > POLICY_BYTES_MAX {
            return Err(PolicySyntaxError::TooLarge);
        }
        let mut reader = Reader::default();
        for (line, content) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
            let at = |reason| PolicySyntaxError::Line { line, reason };
            reader.line(content).map_err(at)?;
        }
        let quorum = reader.quorum.ok_or(PolicySyntaxError::NoQuorum)?;
        Ok(Self {
            logs: reader.logs,
            witnesses: reader.witnesses,
            groups: reader.groups,
            quorum,
        })
    }

    /// The policy as text; reading it gives an equal policy.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut line = |words: &[&[u8]]| {
            out.extend(words.join(b" ".as_slice()));
            out.push(b'\n');
        };
        for log in &self.logs {
            let key = log.key.to_string();
            let words: [&[u8]; 2] = [b"log", key.as_bytes()];
            line(&[&words, as_words(log.url.as_deref()).as_slice()].concat());
        }
        for witness in &self.witnesses {
            let key = witness.key.to_string();
            let words: [&[u8]; 3] = [b"witness", &witness.name, key.as_bytes()];
            line(&[&words, as_words(witness.url.as_deref()).as_slice()].concat());
        }
        for group in &self.groups {
            let threshold = group.threshold.to_string();
            let mut words: Vec<&[u8]> = vec![b"group", &group.name, threshold.as_bytes()];
            words.extend(group.members.iter().map(|member| self.name(*member)));
            line(&words);
        }
        line(&[
            b"quorum",
            self.quorum.map_or(b"none", |member| self.name(member)),
        ]);
        out
    }

    fn name(&self, member: Member) -> &[u8] {
        match member {
            Member::Witness(position) => &self.witnesses[position].name,
            Member::Group(position) => &self.groups[position].name,
        }
    }
}

fn as_words(url: Option<&[u8]>) -> Vec<&[u8]> {
    url.into_iter().collect()
}

/// What was read so far.
#[derive(Default)]
struct Reader<'a> {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<PolicyGroup>,
    quorum: Option<Option<Member>>,
    names: HashMap<&'a [u8], Member>,
    grouped: HashSet<Member>,
    log_keys: HashSet<[u8; 32]>,
    witness_keys: HashSet<[u8; 32]>,
}

impl<'a> Reader<'a> {
    fn line(&mut self, line: &'a [u8]) -> Result<(), String> {
        if line
            .iter()
            .any(|byte| *byte == 0x7f || (*byte < b' ' && *byte != b'\t'))
        {
            return Err("a control character".into());
        }
        let words = line.split(|byte| matches!(byte, b' ' | b'\t'));
        let words: Vec<&[u8]> = words.filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", key, url @ ..] if url.len() < 2 => self.log(key, url.first()),
            [b"witness", name, key, url @ ..] if url.len() < 2 => {
                self.witness(name, key, url.first())
            }
            [b"group", name, threshold, members @ ..] => self.group(name, threshold, members),
            [b"quorum", name] => self.quorum(name),
            _ => Err("not `log`, `witness`, `group` or `quorum` with what belongs to it".into()),
        }
    }

    fn log(&mut self, key: &[u8], url: Option<&&[u8]>) -> Result<(), String> {
        let key = vkey(key, KeyKind::Ed25519)?;
        if !self.log_keys.insert(*key.public()) {
            return Err("the log's key stands twice".into());
        }
        let url = url.map(|url| url.to_vec());
        self.logs.push(PolicyLog { key, url });
        Ok(())
    }

    fn witness(&mut self, name: &'a [u8], key: &[u8], url: Option<&&[u8]>) -> Result<(), String> {
        let key = vkey(key, KeyKind::CosignatureV1)?;
        if !self.witness_keys.insert(*key.public()) {
            return Err("the witness's key stands twice".into());
        }
        self.define(name, Member::Witness(self.witnesses.len()))?;
        self.witnesses.push(PolicyWitness {
            name: name.into(),
            key,
            url: url.map(|url| url.to_vec()),
        });
        Ok(())
    }

    fn group(&mut self, name: &'a [u8], threshold: &[u8], names: &[&[u8]]) -> Result<(), String> {
        let members = names.iter().map(|name| self.find(name));
        let members: Vec<_> = members.collect::<Result<_, _>>()?;
        if let Some(twice) = members
            .iter()
            .position(|member| !self.grouped.insert(*member))
        {
            return Err(format!("{} is in a group already", shown(names[twice])));
        }
        let count = str::from_utf8(threshold).ok().and_then(text::decimal);
        let threshold = match threshold {
            b"all" => Some(members.len()),
            b"any" => Some(1),
            _ => count.and_then(|count| usize::try_from(count).ok()),
        };
        let threshold = threshold.filter(|count| (1..=members.len()).contains(count));
        let threshold = threshold.ok_or("it wants `all`, `any` or a number of its members")?;
        self.define(name, Member::Group(self.groups.len()))?;
        self.groups.push(PolicyGroup {
            name: name.into(),
            threshold,
            members,
        });
        Ok(())
    }

    fn quorum(&mut self, name: &[u8]) -> Result<(), String> {
        let member = match name {
            b"none" => None,
            _ => Some(self.find(name)?),
        };
        match self.quorum.replace(member) {
            None => Ok(()),
            Some(_) => Err("a second quorum line".into()),
        }
    }

    fn define(&mut self, name: &'a [u8], member: Member) -> Result<(), String> {
        if name == b"none" || self.names.insert(name, member).is_some() {
            return Err(format!("the name {} is taken", shown(name)));
        }
        Ok(())
    }

    fn find(&self, name: &[u8]) -> Result<Member, String> {
        let member = self.names.get(name).copied();
        member.ok_or_else(|| format!("{} is not defined before", shown(name)))
    }
}

fn vkey(key: &[u8], kind: KeyKind) -> Result<VerifierKey, String> {
    let key = str::from_utf8(key).map_err(|_| "the key is no UTF-8".to_owned())?;
    let key: VerifierKey = key.parse().map_err(|error| format!("{error}"))?;
    if key.kind() != kind {
        return Err("a key of another kind: logs have Ed25519 keys, witnesses cosign".into());
    }
    Ok(key)
}

fn shown(name: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(name))
}
