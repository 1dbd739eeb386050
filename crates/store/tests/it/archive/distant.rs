//! An archive that fails now and then.

use super::*;

/// A depot that is there only at times.
#[derive(Debug)]
struct Distant {
    inner: Folder,
    calls_left: std::sync::atomic::AtomicI64,
}

impl Distant {
    fn call(&self) -> std::io::Result<()> {
        use std::sync::atomic::Ordering;
        match self.calls_left.fetch_sub(1, Ordering::Relaxed) > 0 {
            true => Ok(()),
            false => Err(std::io::Error::other("the network is down")),
        }
    }
}

impl Depot for Distant {
    fn put(&self, name: &str, bytes: &[u8]) -> std::io::Result<()> {
        self.call()?;
        self.inner.put(name, bytes)
    }

    fn put_file(&self, name: &str, file: &Path) -> std::io::Result<()> {
        self.call()?;
        self.inner.put_file(name, file)
    }

    fn read(&self, name: &str, range: std::ops::Range<u64>) -> std::io::Result<bytes::Bytes> {
        self.call()?;
        self.inner.read(name, range)
    }

    fn read_all(&self, name: &str) -> std::io::Result<bytes::Bytes> {
        self.call()?;
        self.inner.read_all(name)
    }

    fn list(&self, prefix: &str) -> std::io::Result<Vec<String>> {
        self.call()?;
        self.inner.list(prefix)
    }

    fn folders(&self, prefix: &str) -> std::io::Result<Vec<String>> {
        self.call()?;
        self.inner.folders(prefix)
    }

    fn remove(&self, name: &str) -> std::io::Result<()> {
        self.call()?;
        self.inner.remove(name)
    }

    fn place(&self) -> String {
        "far away".into()
    }
}

#[test]
fn an_archive_that_fails_at_any_call_loses_nothing() {
    use std::sync::atomic::Ordering;
    let dir = memory_dir();
    let distant = Arc::new(Distant {
        inner: Folder::new(dir.path().join("distant")),
        calls_left: i64::MAX.into(),
    });
    let options = Options {
        archive: Arc::clone(&distant) as _,
        ..tiny_heads(dir.path())
    };
    let mut store = Store::open(options.clone()).unwrap();
    let mut number = 0;
    for calls in 0..40 {
        let wanted = number..number + 10;
        number += 10;
        append(&store, wanted.map(|n| event(Stream::Usage, n, n % 2)));
        distant.calls_left.store(calls, Ordering::Relaxed);
        let failed = archive_all(&store).is_err();
        assert!(failed || calls > 12, "{calls} calls were enough");
        if calls % 3 == 0 {
            drop(store);
            store = Store::open(options.clone()).unwrap();
        }
        distant.calls_left.store(i64::MAX, Ordering::Relaxed);
        let all = walk(&store, &Query::all(Stream::Usage), 1_000);
        assert_eq!(
            i64::try_from(all.len()).unwrap(),
            number,
            "after {calls} calls"
        );
    }
    archive_all(&store).unwrap();
    assert_eq!(online(&store, Stream::Usage), 0);
    let all = walk(&store, &Query::all(Stream::Usage), 1_000);
    let mut found = ids(&all);
    found.sort_unstable();
    found.dedup();
    assert_eq!(i64::try_from(found.len()).unwrap(), number);
    // Nothing that counts no more is left over.
    for period in ["usage/2026-03-01", "usage/2026-03-02"] {
        let (stream, day) = period.split_once('/').unwrap();
        assert_eq!(stream, "usage");
        let manifest = Manifest::get(&*distant, Stream::Usage, day.parse().unwrap()).unwrap();
        let named: usize = manifest.parts.iter().map(|part| part.files().count()).sum();
        assert_eq!(
            distant.list(&format!("{period}/")).unwrap().len(),
            named + 1
        );
    }
}
