//! `taxii-server demo`: a stand-in for SOC Defenders, the bridge that polls it, and the TAXII server.

use std::error::Error;
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use socdefenders_standin::{Growth, Handle, Settings, StandIn};

use super::output::Output;
use super::{account, first_account, serve};
use crate::bridge::Bridge;
use crate::clock::Clock;
use crate::config::Config;
use crate::feed::FeedSettings;
use crate::server::hangup::Hangup;
use crate::storage;
use crate::telemetry;

/// How many IOCs come, and how often.
const GROWTH: (usize, Duration) = (5, Duration::from_secs(10));

pub(super) async fn run(config: Config, clock: Clock) -> Result<(), Box<dyn Error>> {
    telemetry::start(config.log_format, None)?;
    // Gone with everything in it when the demo ends.
    let folder = tempfile::Builder::new().prefix("taxii-server-demo-").tempdir()?;
    let growth = Growth { iocs: GROWTH.0, every: GROWTH.1 };
    let standin = StandIn::start(Settings::new().with_growth(growth)).await?;
    let key_file = folder.path().join("key");
    std::fs::write(&key_file, standin.pro_key())?;
    let feed = FeedSettings {
        url: standin.base_url(),
        api_key_file: Some(key_file),
        interval: Duration::from_secs(5),
        ..FeedSettings::default()
    };
    let listen = with_a_port(config.listen)?;
    let config = Config {
        database: folder.path().join("taxii.db").into(),
        listen,
        public_url: Some(format!("http://{listen}")),
        feeds: vec![feed],
        ..config
    };
    serve::check_listen(&config)?;
    let storage = storage::open(&config.database).await?;
    let password = account::create(&*storage, &clock, "reader", &first_account::rights()).await?;
    let introduction = introduction(&config, &standin, &password);
    let mut bridge = Bridge::start(config, storage, clock).await?;
    writeln!(Output, "{introduction}")?;
    // A server goes on without its terminal; a demo ends with it.
    let mut hangup = Hangup::new();
    let ended = tokio::select! {
        ended = serve::until_told_to_stop(&mut bridge) => ended,
        () = hangup.recv() => Ok(()),
    };
    bridge.stop().await;
    standin.stop().await?;
    folder.close()?;
    ended
}

/// The address with a free port in place of 0, since the settings name the address before it is listened on.
fn with_a_port(listen: SocketAddr) -> std::io::Result<SocketAddr> {
    match listen.port() {
        0 => TcpListener::bind(listen)?.local_addr(),
        _ => Ok(listen),
    }
}

fn introduction(config: &Config, standin: &Handle, password: &str) -> String {
    let base = format!("http://{}", config.listen);
    let roots = config.api_roots();
    let first = roots.first().and_then(|root| Some((root, root.collections.first()?)));
    let (path, id, title) = first
        .map(|(root, collection)| (root.path.as_str(), collection.id, collection.title.as_str()))
        .unwrap_or_default();
    let root = config.api_root_url(path);
    let (iocs, more, every) = (standin.unique_count(), GROWTH.0, GROWTH.1.as_secs());
    let feed = standin.base_url();
    let pro_key = standin.pro_key();
    format!(
        "
The demo is running. Ctrl-C ends it and leaves nothing behind.

  feed         {feed}  (a stand-in for SOC Defenders: {iocs} IOCs, {more} more every {every} s)
  feed key     {pro_key}
  discovery    {base}/taxii2/
  API root     {root}
  collection   {id}  ({title})
  account      reader
  password     {password}
  status page  {base}/status/

Read the first objects with curl:

  curl -s -u reader:{password} -H 'Accept: application/taxii+json;version=2.1' \\
    '{root}collections/{id}/objects/?limit=3'

Read them all with the OASIS client (pip install taxii2-client):

  python3 - <<'END'
  from taxii2client.v21 import Collection, as_pages
  collection = Collection('{root}collections/{id}/', user='reader', password='{password}')
  for envelope in as_pages(collection.get_objects, per_request=500):
      for stix_object in envelope.get('objects', []):
          print(stix_object['type'], stix_object.get('name', stix_object['id']))
  END
"
    )
}
