//! A document reader that returns the numbers that the test sets for a picture, and really reads all other pictures.

use acredita_domain::{
    actor::DocumentType,
    documents::{CarriedNumber, ReadNumbers},
    ports::{DocumentNumberReader, ReadPicture},
    text::Private,
};
use async_trait::async_trait;
use bytes::Bytes;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Returns the set numbers for known bytes, and asks the reader behind it for all others.
#[derive(Clone)]
pub struct ScriptedNumbers {
    script: Arc<Mutex<HashMap<Vec<u8>, ReadNumbers>>>,
    reads: Arc<AtomicUsize>,
    behind: Arc<dyn DocumentNumberReader>,
}

impl ScriptedNumbers {
    pub fn before(behind: Arc<dyn DocumentNumberReader>) -> Self {
        Self { script: Arc::default(), reads: Arc::default(), behind }
    }

    /// From now on this picture shows Spanish documents with these numbers; with no numbers, it cannot be read.
    pub fn show(&self, picture: &[u8], document_type: DocumentType, numbers: &[&str]) {
        let countries: Vec<_> = "ES".parse().into_iter().collect();
        let carried = |number: &&str| CarriedNumber {
            document_type,
            countries: countries.clone(),
            numbers: vec![Private::new((*number).to_owned())],
        };
        let read = ReadNumbers { numbers: numbers.iter().map(carried).collect(), other_zones: false };
        self.script.lock().expect("no test panics while it holds this").insert(picture.to_vec(), read);
    }

    /// From now on this picture also shows another zone, which gives no number.
    pub fn smudge(&self, picture: &[u8]) {
        let mut script = self.script.lock().expect("no test panics while it holds this");
        script.entry(picture.to_vec()).or_default().other_zones = true;
    }

    /// The number of pictures read since the last call.
    pub fn take_reads(&self) -> usize {
        self.reads.swap(0, Ordering::SeqCst)
    }
}

#[async_trait]
impl DocumentNumberReader for ScriptedNumbers {
    fn version(&self) -> String {
        self.behind.version()
    }

    async fn read(&self, bytes: Bytes) -> ReadPicture {
        self.reads.fetch_add(1, Ordering::SeqCst);
        let scripted = self.script.lock().expect("no test panics while it holds this").get(&bytes[..]).cloned();
        let read = self.behind.read(bytes).await;
        match scripted {
            Some(numbers) => ReadPicture { numbers, ..read },
            None => read,
        }
    }
}
