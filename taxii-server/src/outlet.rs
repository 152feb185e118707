//! A collection in other forms than TAXII's: for tools that fetch a file.
//!
//! | form | what it is |
//! | --- | --- |
//! | `bundle.json` | a STIX bundle (section 8 of STIX 2.1) |
//! | `objects.jsonl` | JSON Lines: an object in each line |
//! | `ipv4.txt`, ... | a block list: a value in each line; the types are those of IOCs that a pattern can name |
//! | `ipv4.csv`, ... | the same with the validity, the confidence and the identifier of the indicator |
//!
//! All of them have the last version of each object. They are written page by page as they are taken, so that it does
//! not matter how large a collection is. An object that changes meanwhile can be there in both versions, as it would be
//! for a client that pages.

mod block_list;
mod guard;
mod selection;
mod whole;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::web::Bytes;
use chrono::{DateTime, Utc};
use futures_util::{Stream, stream};
use stix_pattern::Pattern;

use self::block_list::{BlockList, Layout};
pub use self::guard::{BlockListSettings, Guard, NeverBlock};
pub use self::selection::{Selection, SelectionError};
use self::whole::{Bundle, Lines};
use crate::ingest::IocType;
use crate::ingest::listable::listables;
use crate::off_worker;
use crate::storage::{CollectionId, Dated, Page, Query, Storage, StorageError, StoredObject};
use crate::wire::STIX_MEDIA_TYPE;

/// Returns what a pattern brings into block lists, before a guard has looked at it: the type of each list, and its line.
///
/// ```
/// use taxii_server::ingest::IocType;
///
/// let pattern = "[domain-name:value = 'evil.example.']".parse()?;
/// let entries: Vec<_> = taxii_server::outlet::entries(&pattern).collect();
/// assert_eq!(entries, [(IocType::Domain, "evil.example".to_owned())]);
/// # Ok::<(), stix_pattern::SyntaxError>(())
/// ```
pub fn entries(pattern: &Pattern) -> impl Iterator<Item = (IocType, String)> {
    listables(pattern).filter_map(|value| Some((value.ioc, value.entry()?)))
}

/// A form in which a collection is written.
///
/// ```
/// use taxii_server::ingest::IocType;
/// use taxii_server::outlet::Outlet;
///
/// assert_eq!("ipv4.txt".parse(), Ok(Outlet::BlockList(IocType::Ipv4)));
/// assert_eq!(Outlet::Table(IocType::Sha256).to_string(), "sha256.csv");
/// assert!("ipv4.exe".parse::<Outlet>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlet {
    /// One bundle with all objects.
    Bundle,
    /// An object in each line.
    Lines,
    /// A block list: the values that indicators name, one in each line.
    BlockList(IocType),
    /// A block list with more columns, as comma-separated values (RFC 4180).
    Table(IocType),
}

/// There is no form of this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownOutlet;

/// How many objects, and how many bytes of them, are held at a time.
const PAGE: (u32, u64) = (1000, 1 << 20);

impl Outlet {
    /// All forms.
    pub fn all() -> impl Iterator<Item = Self> {
        let lists = IocType::in_patterns().flat_map(|listed| [Self::BlockList(listed), Self::Table(listed)]);
        [Self::Bundle, Self::Lines].into_iter().chain(lists)
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Bundle => STIX_MEDIA_TYPE,
            Self::Lines => "application/x-ndjson",
            Self::BlockList(_) => "text/plain; charset=utf-8",
            Self::Table(_) => "text/csv; charset=utf-8; header=present",
        }
    }

    /// The part of a collection that is selected in this form, as it is at this time: in a block list is what is valid
    /// then, and what the guard admits.
    ///
    /// `count` tells how many objects were read until now.
    ///
    /// A failure of the store ends the stream with an error; what came before is not the whole.
    pub fn read(
        self,
        storage: Arc<dyn Storage>,
        collection: CollectionId,
        selection: Selection,
        guard: &Guard,
        now: DateTime<Utc>,
        count: Arc<AtomicU64>,
    ) -> impl Stream<Item = Result<Bytes, StorageError>> + use<> {
        let (limit, bytes) = PAGE;
        let mut query = Query::new(limit, bytes);
        let writer: Box<dyn Writer> = match self {
            Self::Bundle => Box::new(Bundle::new(rand::random())),
            Self::Lines => Box::new(Lines),
            Self::BlockList(listed) => {
                Box::new(BlockList::new(listed, Layout::Values, &selection, guard.clone(), now))
            }
            Self::Table(listed) => {
                Box::new(BlockList::new(listed, Layout::Table, &selection, guard.clone(), now))
            }
        };
        query.after = selection.added_after;
        if let Self::BlockList(_) | Self::Table(_) = self {
            query.types = Some(vec!["indicator".to_owned()]);
            guard.refresh();
        } else if !selection.types.is_empty() {
            query.types = Some(selection.types.clone());
        }
        let reading = Reading { storage, collection, query, selection, writer, count, begun: false };
        stream::try_unfold(Some(reading), |reading| async {
            match reading {
                Some(reading) => reading.next().await.map(Some),
                None => Ok(None),
            }
        })
    }
}

/// Writes objects, given one by one, in one of the forms.
trait Writer: Send {
    /// What stands before the first object.
    fn begin(&mut self, _: &mut Vec<u8>) {}

    /// The next object, given as its JSON text.
    ///
    /// # Errors
    /// There are more values than are held at a time.
    fn object(&mut self, text: &[u8], into: &mut Vec<u8>) -> Result<(), StorageError>;

    /// What stands after the last object.
    fn end(&mut self, _: &mut Vec<u8>) {}
}

/// A walk through a collection, between two pages.
struct Reading {
    storage: Arc<dyn Storage>,
    collection: CollectionId,
    query: Query,
    selection: Selection,
    writer: Box<dyn Writer>,
    count: Arc<AtomicU64>,
    begun: bool,
}

impl Reading {
    /// The text of the next page, and what is left to do after it.
    async fn next(self) -> Result<(Bytes, Option<Self>), StorageError> {
        let page = self.storage.objects(&self.collection, &self.query).await?;
        off_worker::run(move || self.write(&page)).await
    }

    fn write(mut self, page: &Page<StoredObject>) -> Result<(Bytes, Option<Self>), StorageError> {
        let mut text = Vec::new();
        if !self.begun {
            self.writer.begin(&mut text);
            self.begun = true;
        }
        for object in page.rows.iter().filter(|object| self.selection.takes(&object.body)) {
            self.writer.object(&object.body, &mut text)?;
            self.count.fetch_add(1, Ordering::Relaxed);
        }
        self.query.after = page.rows.last().map(Dated::date_added).or(self.query.after);
        if !page.more {
            self.writer.end(&mut text);
        }
        Ok((text.into(), page.more.then_some(self)))
    }
}

impl fmt::Display for Outlet {
    /// The name of the file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bundle => f.write_str("bundle.json"),
            Self::Lines => f.write_str("objects.jsonl"),
            Self::BlockList(listed) => write!(f, "{}.txt", listed.name()),
            Self::Table(listed) => write!(f, "{}.csv", listed.name()),
        }
    }
}

impl FromStr for Outlet {
    type Err = UnknownOutlet;

    fn from_str(name: &str) -> Result<Self, UnknownOutlet> {
        Self::all().find(|outlet| outlet.to_string() == name).ok_or(UnknownOutlet)
    }
}

impl fmt::Display for UnknownOutlet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a collection can be had as `bundle.json`, `objects.jsonl`, and `TYPE.txt` and `TYPE.csv` with a type of")?;
        for (index, listed) in IocType::in_patterns().enumerate() {
            write!(f, "{}`{}`", if index > 0 { ", " } else { " " }, listed.name())?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownOutlet {}
