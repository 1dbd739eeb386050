use super::checked::BLOCK_BYTES;
use super::*;
use std::time::{Duration, Instant};
use tantivy::directory::TerminatingWrite;
use tantivy::schema::{STORED, STRING, Schema};
use tantivy::{Index, IndexWriter, TantivyDocument, doc};

fn directory() -> (tempfile::TempDir, CheckedDirectory) {
    let dir = tempfile::tempdir().unwrap();
    let checked = CheckedDirectory::open(dir.path()).unwrap();
    (dir, checked)
}

fn write(directory: &CheckedDirectory, name: &str, bytes: &[u8]) {
    let mut writer = directory.open_write(Path::new(name)).unwrap();
    writer.write_all(bytes).unwrap();
    writer.terminate().unwrap();
}

/// Reads a whole file as one who has never seen it.
fn read(root: &Path, name: &str) -> Result<Vec<u8>, String> {
    let directory = CheckedDirectory::open(root).unwrap();
    let read = || -> Result<Vec<u8>, String> {
        let file = directory.get_file_handle(Path::new(name));
        let file = file.map_err(|e| e.to_string())?;
        let bytes = file.read_bytes(0..file.len()).map_err(|e| e.to_string())?;
        Ok(bytes.to_vec())
    };
    let answer = read();
    assert_eq!(answer.is_err(), directory.damage().is_some(), "{answer:?}");
    answer
}

#[test]
fn every_flipped_byte_and_every_cut_is_noticed() {
    let (dir, directory) = directory();
    let content: Vec<u8> = (0..500_u32).flat_map(u32::to_le_bytes).collect();
    write(&directory, "small", &content);
    assert_eq!(read(dir.path(), "small").as_ref(), Ok(&content));
    let path = dir.path().join("small");
    let whole = std::fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        std::fs::write(&path, &flipped).unwrap();
        assert!(read(dir.path(), "small").is_err(), "byte {at}");
        std::fs::write(&path, &whole[..at]).unwrap();
        assert!(read(dir.path(), "small").is_err(), "cut at {at}");
    }
    std::fs::write(&path, [&whole[..], &[0]].concat()).unwrap();
    assert!(read(dir.path(), "small").is_err(), "a byte too many");
}

#[test]
fn a_damaged_block_is_named_and_the_others_are_served() {
    let (dir, directory) = directory();
    let content: Vec<u8> = (0..u8::MAX).cycle().take(3 * BLOCK_BYTES + 100).collect();
    write(&directory, "large", &content);
    let path = dir.path().join("large");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[BLOCK_BYTES + 7] ^= 1;
    std::fs::write(&path, &bytes).unwrap();

    let file = directory.get_file_handle(Path::new("large")).unwrap();
    assert_eq!(file.len(), content.len());
    for range in [0..BLOCK_BYTES, 2 * BLOCK_BYTES..content.len(), 5..5] {
        let served = file.read_bytes(range.clone()).unwrap();
        assert_eq!(served.as_slice(), &content[range]);
    }
    assert_eq!(directory.damage(), None);
    for range in [
        BLOCK_BYTES..BLOCK_BYTES + 1,
        BLOCK_BYTES - 1..2 * BLOCK_BYTES + 1,
    ] {
        let error = file.read_bytes(range).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert!(error.to_string().contains("large: bytes 65536 to 131072"));
    }
    assert!(directory.clone().damage().unwrap().contains("large"));
}

#[test]
fn every_flipped_byte_of_the_meta_file_is_noticed() {
    let (dir, directory) = directory();
    let meta = Path::new(META);
    directory.atomic_write(meta, b"first").unwrap();
    directory.atomic_write(meta, b"{\"opstamp\": 5}\n").unwrap();
    let path = dir.path().join(META);
    let whole = std::fs::read(&path).unwrap();
    let read = || {
        CheckedDirectory::open(dir.path())
            .unwrap()
            .atomic_read(meta)
    };
    assert_eq!(read().unwrap(), b"{\"opstamp\": 5}\n");
    for at in 0..whole.len() {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        std::fs::write(&path, &flipped).unwrap();
        assert!(read().is_err(), "byte {at}");
        std::fs::write(&path, &whole[..at]).unwrap();
        assert!(read().is_err(), "cut at {at}");
    }
}

fn index(directory: &CheckedDirectory) -> (Index, IndexWriter<TantivyDocument>) {
    let mut schema = Schema::builder();
    schema.add_text_field("word", STRING | STORED);
    let index = Index::open_or_create(directory.clone(), schema.build()).unwrap();
    let began = Instant::now();
    loop {
        // A process that another test is just starting may hold the lock's file for a moment.
        match index.writer_with_num_threads(1, 15 << 20) {
            Ok(writer) => return (index, writer),
            Err(error) => assert!(began.elapsed() < Duration::from_secs(5), "{error}"),
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn add(index: &Index, writer: &IndexWriter<TantivyDocument>, word: &str) {
    let field = index.schema().get_field("word").unwrap();
    writer.add_document(doc!(field => word)).unwrap();
}

/// Names in a directory, without the library's locks.
fn names(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| !name.starts_with(".tantivy")).collect()
}

#[test]
fn nothing_is_flushed_before_a_commit_and_everything_by_it() {
    let (dir, directory) = directory();
    let (index, mut writer) = index(&directory);
    add(&index, &writer, "one");
    let prepared = writer.prepare_commit().unwrap();
    let unflushed = || directory.0.unflushed.lock().files.len();
    assert!(unflushed() >= 5, "{} files", unflushed());
    assert!(!dir.path().join(META).exists());
    prepared.commit().unwrap();
    assert_eq!(unflushed(), 0);
    assert!(dir.path().join(META).exists());
    assert!(!dir.path().join(MANAGED).exists());
    let again = Index::open(CheckedDirectory::open(dir.path()).unwrap()).unwrap();
    assert_eq!(again.reader().unwrap().searcher().num_docs(), 1);
}

#[test]
fn a_writer_removes_what_no_commit_names() {
    let (dir, directory) = directory();
    let (first, mut writer) = index(&directory);
    add(&first, &writer, "one");
    writer.commit().unwrap();
    add(&first, &writer, "lost");
    drop(writer.prepare_commit().unwrap());
    drop(writer);
    std::fs::write(dir.path().join(format!("{:032x}.store", 7)), b"torn").unwrap();
    std::fs::write(dir.path().join("of-another.kind"), b"kept").unwrap();

    let directory = CheckedDirectory::open(dir.path()).unwrap();
    let (second, mut writer) = index(&directory);
    add(&second, &writer, "two");
    writer.commit().unwrap();
    writer.wait_merging_threads().unwrap();
    let ids = second.searchable_segment_ids().unwrap();
    let ids: Vec<String> = ids.iter().map(|id| id.uuid_string()).collect();
    let others = |name: &String| !ids.iter().any(|id| name.starts_with(id));
    let mut others: Vec<String> = names(dir.path()).into_iter().filter(others).collect();
    others.sort_unstable();
    assert_eq!(others, [META, "of-another.kind"]);
    let searcher = second.reader().unwrap().searcher();
    assert_eq!(searcher.num_docs(), 2);
}

#[test]
fn after_a_failed_flush_nothing_is_committed() {
    let (dir, directory) = directory();
    let meta = Path::new(META);
    directory.atomic_write(meta, b"held").unwrap();
    // A directory in the place of the file to be made: writing fails, and passes when it is gone.
    std::fs::create_dir(dir.path().join("meta.new")).unwrap();
    assert!(directory.atomic_write(meta, b"one").is_err());
    std::fs::remove_dir(dir.path().join("meta.new")).unwrap();
    directory.atomic_write(meta, b"two").unwrap();
    assert_eq!(directory.atomic_read(meta).unwrap(), b"two");

    directory.0.unflushed.lock().failed = Some("a flush failed".into());
    let refused = directory.atomic_write(meta, b"three").unwrap_err();
    assert!(refused.to_string().contains("a flush failed"));
    assert_eq!(directory.atomic_read(meta).unwrap(), b"two");
}
