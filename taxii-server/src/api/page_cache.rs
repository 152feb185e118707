//! Pages that were served, kept for whoever asks next.
//!
//! A page is known by all that decides about its bytes, the revision of its collection among it; so nothing is ever
//! taken away because it is old. What nobody asks for makes room for what somebody does.

use std::fmt;
use std::hash::RandomState;
use std::mem::size_of;
use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::{Cache, DefaultLifecycle};

use super::encoding::Encoding;
use super::page::{Page, Wanted};
use crate::error::ApiError;
use crate::storage::Revision;

/// What a page is known by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// What was asked for.
    pub(super) wanted: Wanted,
    /// When: the page shows at least what its collection had at this revision.
    pub(super) revision: Revision,
    /// How it is encoded at most.
    pub(super) encoding: Encoding,
}

/// Keeps pages. Clones share them.
#[derive(Clone)]
pub(super) struct PageCache(Arc<Cache<Key, Page, Bytes>>);

/// What a full page takes, in bytes. By this guess the cache is divided, for those who use it at the same time, into
/// parts that have room for some dozens of such pages.
const USUAL: u64 = 600_000;

impl PageCache {
    /// Keeps so many bytes of pages; with 0 none.
    pub(super) fn new(bytes: u64) -> Self {
        let pages = usize::try_from(bytes / USUAL).unwrap_or(usize::MAX);
        let (hasher, lifecycle) = (RandomState::default(), DefaultLifecycle::default());
        Self(Arc::new(Cache::with(pages, bytes, Bytes, hasher, lifecycle)))
    }

    /// The page if it is there.
    pub(super) fn get(&self, key: &Key) -> Option<Page> {
        self.0.get(key)
    }

    /// The page, which is made if it is not there. Of those who ask at the same time one makes it for all.
    ///
    /// # Errors
    /// It cannot be made.
    pub(super) async fn get_or_make(
        &self,
        key: &Key,
        make: impl Future<Output = Result<Page, ApiError>>,
    ) -> Result<Page, ApiError> {
        self.0.get_or_insert_async(key, make).await
    }
}

impl fmt::Debug for PageCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageCache").field("pages", &self.0.len()).field("bytes", &self.0.weight()).finish()
    }
}

/// Pages weigh what they take.
#[derive(Clone)]
struct Bytes;

impl Weighter<Key, Page> for Bytes {
    fn weight(&self, key: &Key, page: &Page) -> u64 {
        let query = &key.wanted.query;
        let lists = [&query.ids, &query.types, &query.spec_versions];
        let texts = lists.into_iter().flatten().flatten();
        let lists: usize = texts.map(|text| size_of::<String>().saturating_add(text.len())).sum();
        let fixed = size_of::<(Key, Page)>();
        u64::try_from(lists.saturating_add(fixed).saturating_add(page.len())).unwrap_or(u64::MAX)
    }
}
