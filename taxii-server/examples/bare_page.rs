//! Serves the bytes of a file and does nothing else: what actix-web can do at best, to compare the server with.
//!
//! ```sh
//! cargo run --release -p taxii-server --example bare_page -- page.json 127.0.0.1:6200
//! ```

use std::error::Error;

use actix_web::web::{self, Bytes};
use actix_web::{App, HttpResponse, HttpServer};
use mimalloc::MiMalloc;
use taxii_server::wire::TAXII_MEDIA_TYPE;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, address] = arguments.as_slice() else {
        return Err("expected a file and an address to listen on".into());
    };
    let page = web::Data::new(Bytes::from(std::fs::read(file)?));
    HttpServer::new(move || App::new().app_data(page.clone()).default_service(web::get().to(get)))
        .bind(address)?
        .run()
        .await?;
    Ok(())
}

async fn get(page: web::Data<Bytes>) -> HttpResponse {
    HttpResponse::Ok().content_type(TAXII_MEDIA_TYPE).body(Bytes::clone(&page))
}
