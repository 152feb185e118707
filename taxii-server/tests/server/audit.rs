//! The audit log: who did what, from where, and with which result; and when each secret was last used.

use std::path::Path;

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use super::backend::{Backend, on_both};
use super::posting::tools;
use super::program::{Served, program};
use super::world::{OBJECTS, collection};

on_both!(who_did_what_is_in_the_audit_log);

/// The entries of the files whose names begin with this.
fn entries(folder: &Path, prefix: &str) -> Vec<Value> {
    let files = std::fs::read_dir(folder.join("audit")).unwrap().map(|file| file.unwrap().path());
    let named = |file: &Path| file.file_name().unwrap().to_str().unwrap().starts_with(prefix);
    let texts: String =
        files.filter(|file| named(file)).map(|file| std::fs::read_to_string(file).unwrap()).collect();
    texts.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn who_did_what_is_in_the_audit_log(backend: Backend) {
    let settings =
        "audit_log = 'audit'\nmax_login_failures = 1\nanonymous = true\ntrusted_proxies = ['127.0.0.1']\n";
    let mut served = Served::start_with(backend, settings).await;
    let url = |path: &str| format!("http://{}{path}", served.address);
    let from_afar = |request: RequestBuilder| request.header("x-forwarded-for", "2001:db8::7");
    let status = async |request: RequestBuilder| {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        response.bytes().await.unwrap();
        status
    };
    let get = |path: &str| from_afar(Client::new().get(url(path)));
    let post = Client::new().post(url(OBJECTS)).body(tools(0..3).to_string());
    let id = tools(0..1)["objects"][0]["id"].as_str().unwrap().to_owned();
    let (object, guess) = (format!("{OBJECTS}{id}/"), "Hunter2-and-more");
    let export = "/socdefenders/collections/socdefenders/export/objects.jsonl";

    assert_eq!(status(served.with_credentials(post)).await, 202);
    assert_eq!(status(served.with_credentials(get(OBJECTS))).await, 200);
    assert_eq!(status(served.with_credentials(get(export))).await, 200);
    assert_eq!(status(served.with_credentials(Client::new().delete(url(&object)))).await, 200);
    assert_eq!(status(get(OBJECTS).header("accept", "*/*")).await, 200);
    assert_eq!(status(get("/taxii2/").basic_auth("eve", Some(guess))).await, 401);
    assert_eq!(status(get("/taxii2/").basic_auth("eve", Some(guess))).await, 429);
    assert_eq!(status(get("/taxii2/").basic_auth(&served.token, Some(guess))).await, 429);
    assert_eq!(status(get("/healthz")).await, 200);
    let created = program(served.folder()).args(["account", "create", "eve"]).output().unwrap();
    assert!(created.status.success(), "{created:?}");
    let removed = program(served.folder()).args(["account", "remove", "nobody"]).output().unwrap();
    assert!(!removed.status.success(), "{removed:?}");
    served.tell_to_stop();
    served.stopped().await;

    let log = entries(served.folder(), "server");
    let short = |entry: &Value| {
        let field = |name: &str| entry.get(name).cloned().unwrap_or_default();
        json!([
            field("action"),
            field("account"),
            field("secret"),
            field("client"),
            field("objects"),
            field("status")
        ])
    };
    let writer = |action: &str, client: &str, objects: u64, status: u16| {
        json!([action, "writer", "token 1", client, objects, status])
    };
    let far = "2001:db8::7";
    assert_eq!(
        log.iter().map(short).collect::<Vec<_>>(),
        [
            json!(["started", null, null, null, null, null]),
            writer("write", "127.0.0.1", 3, 202),
            writer("read", far, 3, 200),
            writer("read", far, 3, 200),
            writer("delete", "127.0.0.1", 1, 200),
            json!(["read", null, null, far, 2, 200]),
            json!(["login failed", "eve", null, far, null, 401]),
            json!(["login failed", "eve", null, far, null, 429]),
            json!(["login failed", null, null, far, null, 429]),
            json!(["stopped", null, null, null, null, null]),
        ]
    );
    let read = &log[2];
    assert_eq!(read["collection"], collection().to_string());
    assert_eq!(
        (&read["peer"], &read["path"], &read["method"]),
        (&"127.0.0.1".into(), &OBJECTS.into(), &"GET".into())
    );
    assert_eq!(log[3]["complete"], true, "an export is counted when it was sent");
    let served_lines = served.log();
    assert!(served_lines.iter().any(|line| {
        line["message"] == "served" && line["account"] == "writer" && line["span"]["id"] == read["request"]
    }));

    let commands = entries(served.folder(), "commands");
    let results: Vec<_> = commands.iter().map(|entry| &entry["result"]).collect();
    assert_eq!(results, ["done", "failed"]);
    assert!(commands[0]["command"].as_str().unwrap().contains("Create { name: \"eve\""), "{}", commands[0]);

    let text = format!("{log:?}{commands:?}");
    let password = String::from_utf8(created.stdout).unwrap();
    for secret in [served.token.as_str(), guess, password.trim()] {
        assert!(!text.contains(secret), "{secret}");
    }
    let shown = program(served.folder()).args(["account", "show", "writer"]).output().unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("last used 20") && shown.contains("from "), "{shown}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server_does_not_start_without_its_audit_log() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let settings = "listen = '127.0.0.1:0'\naudit_log = 'file/audit'\n";
    std::fs::write(folder.path().join("taxii-server.toml"), settings).unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    for command in [&["serve"][..], &["account", "create", "eve"]] {
        let output = program(folder.path()).args(command).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(
            error.contains("cannot write the audit log in `") && error.contains("file/audit`"),
            "{error}"
        );
        assert!(!folder.path().join("taxii.db").exists(), "nothing was done");
    }
    let settings = "audit_log = 'new/audit'\n";
    std::fs::write(folder.path().join("taxii-server.toml"), settings).unwrap();
    let output = program(folder.path()).args(["account", "create", "eve"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let mode = std::fs::metadata(folder.path().join("new/audit")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}
