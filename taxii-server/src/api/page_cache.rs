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
use stix_core::Timestamp;

use super::encoding::Encoding;
use super::page::{ALLOCATION, Page, Wanted};
use crate::error::ApiError;
use crate::storage::{Query, Revision, VersionFilter};

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

    /// The page, which is made if it is not there. Of those who ask at the same time one makes it for all. An empty page is
    /// not kept: it costs little, and there are as many of them as there are questions.
    ///
    /// # Errors
    /// It cannot be made.
    pub(super) async fn get_or_make(
        &self,
        key: &Key,
        make: impl Future<Output = Result<Page, ApiError>>,
    ) -> Result<Page, ApiError> {
        match self.0.get_value_or_guard_async(key).await {
            Ok(page) => Ok(page),
            Err(place) => {
                let page = make.await?;
                if !page.is_empty() {
                    // Where the cache was changed meanwhile, the page is kept by nobody, and is as good.
                    let _ = place.insert(page.clone());
                }
                Ok(page)
            }
        }
    }
}

impl fmt::Debug for PageCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageCache").field("pages", &self.0.len()).field("bytes", &self.0.weight()).finish()
    }
}

/// Pages weigh what they take, with the question that they answer.
#[derive(Clone)]
struct Bytes;

/// What the cache needs for an entry beside the key and the page: slots of its tables, and the order of the entries.
const ENTRY: usize = 192;

impl Weighter<Key, Page> for Bytes {
    fn weight(&self, key: &Key, page: &Page) -> u64 {
        let fixed = size_of::<(Key, Page)>().saturating_add(ENTRY);
        let weight = fixed.saturating_add(allocated_by(key)).saturating_add(page.allocated());
        u64::try_from(weight).unwrap_or(u64::MAX)
    }
}

/// The bytes on the heap. Every field is named, so that none is forgotten when there are more of them.
fn allocated_by(key: &Key) -> usize {
    let Key { wanted: Wanted { resource: _, collection: _, query }, revision: _, encoding: _ } = key;
    let Query { after: _, limit: _, max_bytes: _, ids, types, spec_versions, versions } = query;
    let exact = match versions {
        VersionFilter::All => 0,
        VersionFilter::Some { first: _, last: _, exact } => {
            ALLOCATION.saturating_add(exact.capacity().saturating_mul(size_of::<Timestamp>()))
        }
    };
    let texts = [ids, types, spec_versions].into_iter().flatten().map(|list| {
        let texts = list.iter().map(|text| text.capacity().saturating_add(ALLOCATION)).sum::<usize>();
        list.capacity().saturating_mul(size_of::<String>()).saturating_add(ALLOCATION).saturating_add(texts)
    });
    texts.sum::<usize>().saturating_add(exact)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;

    use super::super::page::Resource;
    use super::*;
    use crate::storage::{CollectionId, DateAdded, StoredObject};

    fn key(ids: Option<Vec<String>>, types: Option<Vec<String>>, exact: usize) -> Key {
        let time: Timestamp = "2026-01-01T00:00:00.123456789Z".parse().unwrap();
        let mut query = Query::new(1000, 1 << 20);
        (query.ids, query.types) = (ids, types);
        query.versions = VersionFilter::Some { first: false, last: true, exact: vec![time; exact] };
        let collection = CollectionId::from(uuid::Uuid::nil());
        let wanted = Wanted { resource: Resource::Objects, collection, query };
        Key {
            wanted,
            revision: Revision { generation: 1, date: DateAdded::from_millis(1) },
            encoding: Encoding::Identity,
        }
    }

    fn page(rows: usize, body: &[u8]) -> Page {
        let row = StoredObject { date_added: DateAdded::from_millis(1), body: Vec::new() };
        let rows = crate::storage::Page { rows: vec![row; rows], more: false };
        // A body that grew has more room than it needs.
        let mut grown = Vec::with_capacity(body.len().saturating_mul(2));
        grown.extend_from_slice(body);
        Page::new(&rows, &Query::new(1, 1), grown)
    }

    proptest! {
        #[test]
        fn weight_is_at_least_what_is_held(
            ids in option::of(vec(".{0,80}", 0..100)),
            types in option::of(vec("[a-z]{1,20}", 0..20)),
            exact in 0_usize..100,
            body in vec(any::<u8>(), 0..10_000),
        ) {
            let lists = [&ids, &types].into_iter().flatten();
            let texts: usize = lists
                .map(|list| list.iter().map(|text| text.len() + size_of::<String>()).sum::<usize>())
                .sum();
            let held = size_of::<Key>() + size_of::<Page>() + texts + exact * size_of::<Timestamp>() + body.len();
            let weight = Bytes.weight(&key(ids, types, exact), &page(1, &body));
            prop_assert!(weight >= u64::try_from(held).unwrap(), "{weight} for {held}");
        }
    }

    #[tokio::test]
    async fn questions_of_a_hundred_versions_do_not_fill_the_memory() {
        const MOST: u64 = 1 << 20;

        let cache = PageCache::new(MOST);
        for number in 0..2_000 {
            let key = key(Some(vec![format!("indicator--{number}")]), None, 99);
            cache.get_or_make(&key, async { Ok(page(1, b"{}")) }).await.unwrap();
        }
        let each = 99 * size_of::<Timestamp>();
        let held = cache.0.len() * each;
        assert!(held > 0 && held <= 1 << 20, "{held} bytes of versions alone");
        assert!(cache.0.weight() <= MOST);
    }

    #[tokio::test]
    async fn empty_page_is_made_again() {
        let cache = PageCache::new(1 << 20);
        let made = AtomicUsize::new(0);
        let count = |page: Page| {
            made.fetch_add(1, Ordering::SeqCst);
            async { Ok(page) }
        };
        for (rows, expected) in [(0, 1), (0, 2), (1, 3), (1, 3)] {
            let key = key(None, None, rows);
            let kept = cache.get(&key);
            if kept.is_none() {
                cache.get_or_make(&key, count(page(rows, b"{}"))).await.unwrap();
            }
            assert_eq!(made.load(Ordering::SeqCst), expected);
        }
        assert_eq!(cache.0.len(), 1);
    }
}
