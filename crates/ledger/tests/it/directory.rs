//! A log's data directory in memory, which tests damage.

use crate::support::{ORIGIN, log_key};
use daybook_ledger::bundle::push_entry;
use daybook_ledger::leaf::commitment;
use daybook_ledger::tile::encode_hashes;
use daybook_ledger::verify::{Earlier, Source, Trust, Verdict, verify};
use daybook_ledger::{
    Body, Checkpoint, Hash, Leaf, Part, Resource, Signer, Tile, Tree, VerifierKey, leaf_hash,
};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;

/// Files, and bodies, of which some may be missing.
#[derive(Clone, Default)]
pub(crate) struct Directory {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) bodies: Vec<Option<Body<'static>>>,
    pub(crate) minimum_index: u64,
    pub(crate) broken: Option<&'static str>,
}

/// An entry and its body.
pub(crate) type Stored = (Vec<u8>, Body<'static>);

pub(crate) fn stored(number: usize) -> Stored {
    let salt = Hash::digest(&number.to_be_bytes()).0;
    let bytes = format!(r#"{{"actor_id":"u-{number}"}}"#).into_bytes();
    let leaf = Leaf {
        id: format!("id-{number}").into(),
        time: "2026-03-01T08:30:00.000000Z".into(),
        received_at: "2026-03-01T08:30:00.000000Z".into(),
        origin: "prod".into(),
        action: "model.disabled".into(),
        operation: "disable".into(),
        resource_type: Some("model".into()),
        result: "success".into(),
        body: commitment(&salt, &bytes),
    };
    let bytes = bytes.into();
    (leaf.encode().unwrap(), Body::Kept { salt, bytes })
}

pub(crate) fn events(count: usize) -> Vec<Stored> {
    (0..count).map(stored).collect()
}

impl Directory {
    /// The directory of a log that published a checkpoint after each of `sizes` events, signed.
    pub(crate) fn of(events: &[Stored], sizes: &[usize], key: &dyn Signer) -> Self {
        let mut directory = Self::default();
        let (mut tree, mut bundle) = (Tree::new(), Vec::new());
        directory.publish(&tree, &bundle, key);
        for (size, (entry, body)) in (1..).zip(events) {
            push_entry(&mut bundle, entry).unwrap();
            tree.push_with(leaf_hash(entry), |tile, hashes| {
                directory.put(Resource::Hashes(tile), encode_hashes(hashes));
                if tile.level() == 0 {
                    directory.put(Resource::Entries(tile), std::mem::take(&mut bundle));
                }
            });
            directory.bodies.push(Some(body.clone()));
            if sizes.contains(&size) || size == events.len() {
                directory.publish(&tree, &bundle, key);
            }
        }
        directory
    }

    fn publish(&mut self, tree: &Tree, bundle: &[u8], key: &dyn Signer) {
        for (tile, hashes) in tree.partial_tiles() {
            self.put(Resource::Hashes(tile), encode_hashes(hashes));
            if tile.level() == 0 {
                self.put(Resource::Entries(tile), bundle.to_vec());
            }
        }
        let checkpoint = Checkpoint::new(ORIGIN, tree.size(), tree.root());
        let note = checkpoint.sign(&[key]).unwrap();
        self.put(Resource::Checkpoint, note.to_string().into_bytes());
    }

    pub(crate) fn put(&mut self, resource: Resource, file: Vec<u8>) {
        self.files.insert(resource.to_string(), file);
    }

    pub(crate) fn put_part(&mut self, part: Part, file: Vec<u8>) {
        self.files.insert(part.to_string(), file);
    }

    pub(crate) fn checkpoint(&self) -> Vec<u8> {
        self.files["checkpoint"].clone()
    }

    /// Without any earlier checkpoint.
    pub(crate) fn verify(&self) -> Verdict {
        self.verify_against(&[])
    }

    pub(crate) fn verify_against(&self, earlier: &[(&str, Vec<u8>)]) -> Verdict {
        let keys = [log_key().vkey().clone()];
        self.verify_with(&keys, earlier, 1)
    }

    pub(crate) fn verify_with(
        &self,
        keys: &[VerifierKey],
        earlier: &[(&str, Vec<u8>)],
        threads: usize,
    ) -> Verdict {
        let earlier: Vec<_> = earlier
            .iter()
            .map(|(name, note)| Earlier {
                name: (*name).into(),
                note: note.clone(),
            })
            .collect();
        let trust = Trust {
            origin: ORIGIN,
            keys,
            policy: None,
            earlier: &earlier,
            threads: NonZeroUsize::new(threads).unwrap(),
        };
        verify(self, &trust, |_| {})
    }
}

impl Directory {
    /// The bundle of bodies of a tile, up to the first that is missing.
    pub(crate) fn body_bundle(&self, tile: Tile) -> Vec<u8> {
        let start = usize::try_from(tile.index() * 256).unwrap();
        let bodies = self.bodies.iter().skip(start).take(tile.width().into());
        let mut bundle = Vec::new();
        for body in bodies.map_while(Option::as_ref) {
            body.push_to(&mut bundle).unwrap();
        }
        bundle
    }
}

impl Source for Directory {
    type Error = String;

    fn file(&self, part: Part) -> Result<Option<Vec<u8>>, String> {
        let path = part.to_string();
        match (self.broken, part) {
            (Some(broken), _) if path == broken => Err("input/output error".into()),
            (_, Part::Bodies(tile)) => {
                let file = self.files.get(&path).cloned();
                Ok(file.or_else(|| Some(self.body_bundle(tile))))
            }
            _ => Ok(self.files.get(&path).cloned()),
        }
    }

    fn partials(&self, part: Part) -> Result<Vec<u16>, String> {
        let full = match part {
            Part::Hashes(tile) => Part::Hashes(tile.full()),
            Part::Entries(tile) => Part::Entries(tile.full()),
            Part::Checkpoint | Part::Bodies(_) => return Ok(vec![]),
        };
        let prefix = format!("{full}.p/");
        let names = self
            .files
            .keys()
            .filter_map(|path| path.strip_prefix(&prefix));
        Ok(names.filter_map(|width| width.parse().ok()).collect())
    }

    fn has_bodies(&self) -> bool {
        !self.bodies.is_empty()
    }

    fn minimum_index(&self) -> u64 {
        self.minimum_index
    }
}
