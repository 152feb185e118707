//! What TAXII 2.1 demands, recommends and allows, item by item: `fixtures/taxii21/requirements.json` lists the items, and
//! a test whose name begins with `item_27_` is one of item 27.
//!
//! A file here is a section of that list. What takes no more than requests and answers is data: see `exchange`. Items of
//! TLS, limits and broken requests are tested in the files of these subjects.

mod api_root;
mod collection;
mod collections;
mod date_added;
mod discovery;
mod error_resource;
mod exchange;
mod filtering;
mod library;
mod list;
mod manifest;
mod media_types;
mod object_delete;
mod object_get;
mod objects_get;
mod objects_post;
mod paging;
mod resources;
mod status;
mod urls;
mod versions;
mod whole_server;
