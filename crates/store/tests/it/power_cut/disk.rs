//! What a disk holds after a power cut, from a record of system calls. Only what was flushed is
//! there for sure: a file's bytes by `fsync` or `fdatasync` of the file, its name by that of the
//! directory. Anything else written by then may be there or not.

use super::trace::Call;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// The files that came to be beneath a directory, with all that was done to them.
#[derive(Debug)]
pub(crate) struct Disk {
    root: PathBuf,
    nodes: Vec<Node>,
    /// What names mean to the running process.
    names: HashMap<PathBuf, usize>,
    /// Open files: node and position.
    open: HashMap<u32, (usize, u64)>,
    /// Line of the next record's first call: records follow each other.
    pub(crate) clock: usize,
    /// The checkpoints of the ledger that became public, and after which lines.
    pub(crate) published: Vec<(usize, Vec<u8>)>,
}

#[derive(Debug, Default)]
struct Node {
    directory: bool,
    changes: Vec<(usize, Change)>,
    /// Spans of completed flushes.
    flushes: Vec<(usize, usize)>,
}

#[derive(Debug)]
enum Change {
    Write {
        at: u64,
        bytes: Vec<u8>,
    },
    Size {
        least: u64,
        exact: bool,
    },
    Name {
        name: String,
        node: usize,
    },
    Rename {
        from: String,
        to: String,
        node: usize,
    },
    Remove {
        name: String,
    },
}

/// Which of the changes that were not flushed reach the disk.
pub(crate) type Chance<'a> = &'a mut dyn FnMut() -> bool;

impl Disk {
    /// An empty directory.
    pub(crate) fn new(root: &Path) -> Self {
        let directory = Node {
            directory: true,
            ..Node::default()
        };
        Self {
            root: root.into(),
            nodes: vec![directory],
            names: HashMap::from([(root.into(), 0)]),
            open: HashMap::new(),
            clock: 0,
            published: Vec::new(),
        }
    }

    /// Adds the calls of a process, which ran when those before had ended. Answers the lines at
    /// which something changed.
    pub(crate) fn run(&mut self, calls: &[Call]) -> Vec<usize> {
        self.open.clear();
        let mut lines = Vec::new();
        let mut calls: Vec<&Call> = calls.iter().filter(|call| call.succeeded()).collect();
        // The number of a file is free for another thread before its close has ended.
        calls.sort_by_key(|call| match call.name.as_str() {
            "close" => call.began,
            _ => call.ended,
        });
        for call in &calls {
            let (began, ended) = (self.clock + call.began, self.clock + call.ended);
            if self.apply(call, began, ended).is_some() {
                lines.push(ended);
            }
        }
        let last = calls
            .iter()
            .filter(|call| call.ended < usize::MAX)
            .map(|call| call.ended);
        self.clock += last.max().unwrap_or(0) + 1;
        lines
    }

    /// `Some` when the call changed or flushed something beneath the root.
    fn apply(&mut self, call: &Call, began: usize, ended: usize) -> Option<()> {
        let arguments = Arguments::of(&call.arguments);
        match call.name.as_str() {
            "openat" => return self.open_file(&arguments, &call.result, ended),
            "close" => {
                self.open.remove(&arguments.number(0)?);
                return None;
            }
            "mkdir" => {
                let (node, path) = (self.node(true), arguments.path()?);
                self.name(&path, node, ended)?;
            }
            "rename" => self.rename(&arguments, ended)?,
            "unlink" | "rmdir" | "unlinkat" => {
                let path = arguments.path()?;
                self.names.remove(&path)?;
                let name = file_name(&path);
                self.change_parent(&path, Change::Remove { name }, ended)?;
            }
            "syncfs" => {
                self.open.get(&arguments.number(0)?)?;
                for node in &mut self.nodes {
                    node.flushes.push((began, ended));
                }
            }
            "fsync" | "fdatasync" => {
                let (node, _) = *self.open.get(&arguments.number(0)?)?;
                self.nodes[node].flushes.push((began, ended));
            }
            name => {
                let (node, at) = self.open.get_mut(&arguments.number(0)?)?;
                let change = match name {
                    "write" => {
                        let written = call.result.parse().unwrap();
                        *at += written;
                        let at = *at - written;
                        Change::Write {
                            at,
                            bytes: arguments.bytes(written),
                        }
                    }
                    "pwrite64" => {
                        let bytes = arguments.bytes(call.result.parse().unwrap());
                        Change::Write {
                            at: arguments.number(3)?,
                            bytes,
                        }
                    }
                    "lseek" => {
                        *at = call.result.parse().unwrap();
                        return None;
                    }
                    "ftruncate" => Change::Size {
                        least: arguments.number(1)?,
                        exact: true,
                    },
                    "fallocate" => {
                        let least = arguments.number::<u64>(2)? + arguments.number::<u64>(3)?;
                        Change::Size {
                            least,
                            exact: false,
                        }
                    }
                    other => panic!("{other} of a file is not modelled"),
                };
                let node = *node;
                self.nodes[node].changes.push((ended, change));
            }
        }
        Some(())
    }

    fn open_file(&mut self, arguments: &Arguments<'_>, result: &str, ended: usize) -> Option<()> {
        let path = arguments.path()?;
        if !path.starts_with(&self.root) {
            return None;
        }
        let number = result.split('<').next()?.parse().ok()?;
        let flags = arguments.text(2)?;
        let there = self.names.get(&path).copied();
        let changed = there.is_none() || flags.contains("O_TRUNC");
        let node = match there {
            Some(node) => node,
            None => {
                assert!(
                    flags.contains("O_CREAT"),
                    "{} was never made",
                    path.display()
                );
                let node = self.node(false);
                self.name(&path, node, ended)?;
                node
            }
        };
        if there.is_some() && flags.contains("O_TRUNC") {
            let change = Change::Size {
                least: 0,
                exact: true,
            };
            self.nodes[node].changes.push((ended, change));
        }
        self.open.insert(number, (node, 0));
        changed.then_some(())
    }

    fn node(&mut self, directory: bool) -> usize {
        self.nodes.push(Node {
            directory,
            ..Node::default()
        });
        self.nodes.len() - 1
    }

    fn name(&mut self, path: &Path, node: usize, ended: usize) -> Option<()> {
        let name = file_name(path);
        self.change_parent(path, Change::Name { name, node }, ended)?;
        self.names.insert(path.into(), node);
        Some(())
    }

    fn rename(&mut self, arguments: &Arguments<'_>, ended: usize) -> Option<()> {
        let paths = arguments.paths();
        let [from, to] = &paths[..] else {
            return None;
        };
        assert_eq!(
            from.parent(),
            to.parent(),
            "a move between directories is not modelled"
        );
        let node = self.names.remove(from)?;
        let inside = self.names.keys().filter(|path| path.starts_with(from));
        for path in inside.cloned().collect::<Vec<_>>() {
            let inner = self.names.remove(&path)?;
            let moved = to.join(path.strip_prefix(from).ok()?);
            self.names.insert(moved, inner);
        }
        let change = Change::Rename {
            from: file_name(from),
            to: file_name(to),
            node,
        };
        self.change_parent(from, change, ended)?;
        self.names.insert(to.clone(), node);
        if to.ends_with("ledger/checkpoint") {
            self.published.push((ended, self.nodes[node].content()));
        }
        Some(())
    }

    fn change_parent(&mut self, path: &Path, change: Change, ended: usize) -> Option<()> {
        let parent = *self.names.get(path.parent()?)?;
        self.nodes[parent].changes.push((ended, change));
        Some(())
    }

    /// Writes to an empty directory what the disk holds when the power fails after a line.
    pub(crate) fn after_cut(&self, line: usize, to: &Path, chance: Chance<'_>) {
        self.restore(0, line, to, chance);
    }

    fn restore(&self, node: usize, line: usize, to: &Path, chance: Chance<'_>) {
        let node = &self.nodes[node];
        if node.directory {
            std::fs::create_dir_all(to).unwrap();
            for (name, child) in node.entries(line, chance) {
                self.restore(child, line, &to.join(name), chance);
            }
        } else {
            node.restore_file(line, to, chance);
        }
    }
}

impl Node {
    /// How many of its changes were surely on disk, and how many had happened, after a line.
    fn flushed(&self, line: usize) -> (usize, usize) {
        let until = |line: usize| self.changes.partition_point(|(ended, _)| *ended <= line);
        let flushes = self.flushes.iter().filter(|(_, ended)| *ended <= line);
        let began = flushes.map(|(began, _)| *began).max();
        (began.map_or(0, until), until(line))
    }

    /// What a file holds that was written once, from its beginning to its end.
    fn content(&self) -> Vec<u8> {
        let writes = self.changes.iter().filter_map(|(_, change)| match change {
            Change::Write { bytes, .. } => Some(bytes.as_slice()),
            _ => None,
        });
        writes.flatten().copied().collect()
    }

    /// The names in a directory. Of changes to it a beginning reaches the disk: file systems
    /// keep their order.
    fn entries(&self, line: usize, chance: Chance<'_>) -> BTreeMap<&str, usize> {
        let (mut count, happened) = self.flushed(line);
        while count < happened && chance() {
            count += 1;
        }
        let mut entries = BTreeMap::new();
        for (_, change) in &self.changes[..count] {
            match change {
                Change::Name { name, node } => _ = entries.insert(name.as_str(), *node),
                Change::Remove { name } => _ = entries.remove(name.as_str()),
                Change::Rename { from, to, node } => {
                    entries.remove(from.as_str());
                    entries.insert(to, *node);
                }
                Change::Write { .. } | Change::Size { .. } => {}
            }
        }
        entries
    }

    /// Of changes to a file any may reach the disk.
    fn restore_file(&self, line: usize, to: &Path, chance: Chance<'_>) {
        let file = File::create(to).unwrap();
        let (flushed, happened) = self.flushed(line);
        for (number, (_, change)) in self.changes[..happened].iter().enumerate() {
            if number >= flushed && !chance() {
                continue;
            }
            let size = file.metadata().unwrap().len();
            match change {
                Change::Write { at, bytes } => file.write_all_at(bytes, *at).unwrap(),
                Change::Size { least, exact } if *exact || *least > size => {
                    file.set_len(*least).unwrap();
                }
                _ => {}
            }
        }
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().into()
}

/// The arguments of a call as strace writes them.
struct Arguments<'a>(Vec<&'a str>);

impl<'a> Arguments<'a> {
    fn of(text: &'a str) -> Self {
        let (mut parts, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                b',' if !quoted => {
                    parts.push(text[start..at].trim());
                    start = at + 1;
                }
                _ => {}
            }
        }
        parts.push(text[start..].trim());
        Self(parts)
    }

    fn text(&self, index: usize) -> Option<&'a str> {
        self.0.get(index).copied()
    }

    /// A number, also of an open file, after which its path stands.
    fn number<T: std::str::FromStr>(&self, index: usize) -> Option<T> {
        self.text(index)?.split('<').next()?.parse().ok()
    }

    fn paths(&self) -> Vec<PathBuf> {
        let quoted = self.0.iter().filter(|part| part.starts_with('"'));
        quoted
            .map(|part| PathBuf::from(String::from_utf8(unescape(part)).unwrap()))
            .collect()
    }

    /// The path it names, which may be relative to an open directory before it.
    fn path(&self) -> Option<PathBuf> {
        let path = self.paths().into_iter().next()?;
        let above = self
            .text(0)?
            .split_once('<')
            .and_then(|(_, rest)| rest.strip_suffix('>'));
        Some(above.map_or(path.clone(), |above| Path::new(above).join(path)))
    }

    /// What was written. Only long runs of zeros are cut short in the record.
    fn bytes(&self, written: u64) -> Vec<u8> {
        let part = self.0[1];
        let mut bytes = unescape(part.trim_end_matches("..."));
        if part.ends_with("...") {
            assert!(
                bytes.iter().all(|byte| *byte == 0),
                "a write was cut short in the record"
            );
        }
        bytes.resize(usize::try_from(written).unwrap(), 0);
        bytes
    }
}

/// The bytes of a quoted text.
fn unescape(quoted: &str) -> Vec<u8> {
    let text = quoted
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .unwrap();
    let mut bytes = text.bytes().peekable();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        out.push(match bytes.next().unwrap() {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'v' => 0x0b,
            b'f' => 0x0c,
            digit @ b'0'..=b'7' => {
                let mut value = u32::from(digit - b'0');
                for _ in 0..2 {
                    let Some(next) = bytes.next_if(|next| (b'0'..=b'7').contains(next)) else {
                        break;
                    };
                    value = value * 8 + u32::from(next - b'0');
                }
                u8::try_from(value).unwrap()
            }
            other => other,
        });
    }
    out
}
