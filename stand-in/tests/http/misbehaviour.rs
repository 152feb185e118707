//! Every way in which feeds are known to break, and what makes the stand-in break in it.

use std::{collections::BTreeSet, time::Duration};

use chrono::TimeDelta;
use serde_json::Value;
use socdefenders_standin::{
    Clock, Defect, Fault, Frame, Handle, Ids, IocType, Keys, LookBack, Order, Part, RateLimit, Settings,
    Shape,
};
use tokio::time::timeout;

use crate::client::{Api, LIST, STIX};

/// What makes the stand-in break.
enum Means {
    /// One answer is wrong.
    Fault(Fault),
    /// One answer does not come, or takes its time.
    Late(Fault),
    /// Records are wrong.
    Defects(&'static [Defect]),
    /// The service is another one.
    Setting(fn(Settings) -> Settings),
    /// Something happens at the service.
    Event(fn(&Handle)),
}

use Means::{Defects, Event, Late, Setting};

fn fault(fault: Fault) -> Means {
    Means::Fault(fault)
}

const HOUR: Duration = Duration::from_secs(3600);

/// How pollers lose data.
fn losses() -> Vec<(&'static str, Vec<Means>)> {
    vec![
        (
            "a fetch fails",
            vec![
                fault(Fault::Status(500)),
                fault(Fault::Status(503)),
                fault(Fault::CutConnection),
                fault(Fault::Reset(Part::Nothing)),
                fault(Fault::Reset(Part::Half)),
            ],
        ),
        (
            "reading the past is interrupted, by a limit or another key",
            vec![
                fault(Fault::RateLimited { reset_in: HOUR }),
                fault(Fault::NewKeys(99)),
                Setting(|settings| settings.with_rate_limit(RateLimit::new(0, HOUR))),
                Setting(|settings| settings.with_rate_limit(RateLimit::default().with_daily(0))),
                Setting(|settings| settings.with_rate_limit(RateLimit::new(0, HOUR).with_retry_after())),
                Event(|upstream| upstream.reconfigure(|settings| settings.with_keys(Keys::from_seed(99)))),
            ],
        ),
        (
            "records arrive late",
            vec![Event(|upstream| {
                let mut late = upstream.rows().swap_remove(0);
                late.id = uuid(1);
                late.updated = upstream.now() - TimeDelta::minutes(9);
                upstream.insert(late);
            })],
        ),
        (
            "clocks differ",
            vec![
                Setting(|settings| settings.with_clock(noon().with_skew(TimeDelta::hours(1)))),
                Setting(|settings| settings.with_clock(noon().with_skew(-TimeDelta::hours(1)))),
            ],
        ),
        (
            "the look-back is clamped",
            vec![Setting(|settings| settings.with_look_back(LookBack { free: Some(HOUR), pro: Some(HOUR) }))],
        ),
        (
            "pages have no steady order, while rows are inserted",
            vec![
                Setting(|settings| settings.with_order(Order::Shuffled)),
                fault(Fault::ShuffledRows),
                fault(Fault::RepeatedRows),
                fault(Fault::MovingRows(10)),
                Event(|upstream| drop(upstream.add(3))),
                Event(|upstream| drop(upstream.touch(7))),
            ],
        ),
        ("an answer is cut without a sign", vec![Setting(|settings| settings.with_stix_cap(50))]),
        ("limits are signalled oddly", vec![fault(Fault::Status(402)), fault(Fault::PlainStatus(402))]),
        (
            "an answer takes its time",
            vec![
                Late(Fault::Delay(HOUR)),
                Late(Fault::SlowDrip { bytes: 1, every: Duration::from_secs(1) }),
                Late(Fault::Hold(Part::Nothing)),
                Late(Fault::Hold(Part::Half)),
            ],
        ),
        (
            "an answer is none",
            vec![
                fault(Fault::HtmlPage),
                fault(Fault::Truncated),
                fault(Fault::EmptyBody),
                fault(Fault::GzipBomb { mebibytes: 8 }),
                fault(Fault::Redirect("http://elsewhere.example/".to_owned())),
                fault(Fault::WrongContentType),
            ],
        ),
        ("the feed dies silently", vec![Setting(|settings| settings.with_iocs(0))]),
    ]
}

/// What is wrong with records.
fn defects() -> Vec<(&'static str, Vec<Means>)> {
    use Defect::*;
    vec![
        ("bundles say a version, objects do not", vec![Defects(&[NoSpecVersion])]),
        (
            "created and modified are missing",
            vec![Setting(|settings| settings.with_shape(Shape::Seed)), Defects(&[NoDates])],
        ),
        (
            "times are spelled otherwise, or are none",
            vec![Defects(&[OffsetTimes, SpacedTimes, NoTime, Future])],
        ),
        (
            "identifiers are none",
            vec![
                Setting(|settings| settings.with_ids(Ids::Malformed)),
                Setting(|settings| settings.with_ids(Ids::PerRequest)),
            ],
        ),
        ("no pattern_type, or another one", vec![Defects(&[NoPatternType, OtherLanguage])]),
        ("labels of STIX 2.0", vec![Defects(&[OldLabels])]),
        ("markings that are absent or made up", vec![Defects(&[AbsentMarking, InventedMarking])]),
        (
            "other frames than a bundle",
            vec![
                Setting(|settings| settings.with_frame(Frame::Nested)),
                Setting(|settings| settings.with_frame(Frame::Array)),
                Setting(|settings| settings.with_frame(Frame::Lines)),
                Setting(|settings| {
                    settings.with_iocs(1).with_second_source_share(0.0).with_frame(Frame::Single)
                }),
            ],
        ),
        ("hashes by other names, or of other lengths", vec![Defects(&[HashName, OtherHash, ShortHash])]),
        ("patterns that are not escaped, or broken", vec![Defects(&[Unescaped, BrokenPattern])]),
        (
            "values of another type, or with more to them",
            vec![Defects(&[Port, UrlAsDomain, AddressAsDomain])],
        ),
        ("defanged values", vec![Defects(&[Defanged])]),
        ("values that are none", vec![Defects(&[NoAddress, NoValue, UnknownType, NoRecord, OddMember])]),
        (
            "benign values",
            vec![Event(|upstream| {
                let mut benign = upstream.rows().swap_remove(0);
                (benign.id, benign.ioc_type, benign.value) = (uuid(2), IocType::Ipv4, "8.8.8.8".to_owned());
                upstream.insert(benign);
            })],
        ),
        ("what belongs elsewhere", vec![Defects(&[IocTypeForIndicatorType, ValidFromImport])]),
        ("an end before the beginning", vec![Defects(&[EndBeforeBeginning])]),
    ]
}

fn uuid(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(0x4000_8000_0000_0000_0000 + number)
}

fn noon() -> Clock {
    Clock::stopped_at("2026-03-01T12:00:00Z".parse().unwrap())
}

fn settings() -> Settings {
    Settings::new().with_iocs(90).with_shape(Shape::Full).with_clock(noon())
}

/// What a client sees of both endpoints.
async fn seen(api: &Api) -> Vec<Result<(u16, BTreeSet<(String, String)>, String), String>> {
    // That of the beginning, whatever becomes of it.
    let key = Keys::from_seed(1).pro;
    let mut seen = Vec::new();
    for target in [LIST, STIX] {
        let reply = api.try_with_key(target, &key).await.map_err(|error| error.to_string());
        let headers = |reply: &crate::client::Reply| {
            let all = reply
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
            all.filter(|(name, _)| !name.starts_with("x-ratelimit")).collect::<BTreeSet<_>>()
        };
        seen.push(reply.map(|reply| (reply.status.as_u16(), headers(&reply), own_words(api, &reply.text))));
    }
    seen
}

/// The text without what is new with each server and each request.
fn own_words(api: &Api, text: &str) -> String {
    let text = text.replace(&api.upstream.base_url(), "");
    text.split("\"req_").next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn every_known_misbehaviour_can_be_had() {
    let sound = seen(&Api::start(settings()).await).await;
    assert!(sound == seen(&Api::start(settings()).await).await, "nothing differs by itself");
    let mut defective = BTreeSet::new();
    for (row, means) in losses().into_iter().chain(defects()) {
        for (number, means) in means.into_iter().enumerate() {
            let case = format!("{row}, {number}");
            match means {
                Means::Fault(fault) => {
                    let api = Api::start(settings()).await;
                    api.upstream.inject(fault);
                    assert!(seen(&api).await[0] != sound[0], "{case}");
                }
                Late(fault) => {
                    let api = Api::start(settings()).await;
                    api.upstream.inject(fault);
                    let answer = timeout(Duration::from_millis(50), api.pro(LIST)).await;
                    assert!(answer.is_err(), "{case}");
                }
                Setting(change) => {
                    assert!(seen(&Api::start(change(settings())).await).await != sound, "{case}")
                }
                Event(happens) => {
                    let api = Api::start(settings()).await;
                    happens(&api.upstream);
                    assert!(seen(&api).await != sound, "{case}");
                }
                Defects(defects) => {
                    for defect in defects {
                        assert_serves(*defect).await;
                        defective.insert(*defect);
                    }
                }
            }
        }
    }
    assert_eq!(defective, Defect::ALL.iter().copied().collect(), "each defect stands for something");
}

/// A record with a defect is the only one that is served otherwise.
async fn assert_serves(defect: Defect) {
    let api = Api::start(settings().with_second_source_share(0.0)).await;
    let records = async || {
        let (list, stix) = (api.json(LIST).await, api.json(STIX).await);
        [list["data"].clone(), stix["objects"].clone()].map(|all| all.as_array().unwrap().clone())
    };
    let before = records().await;
    let row = api.upstream.rows().into_iter().find(|row| defect.suits(row.ioc_type)).unwrap();
    let replaced = api.upstream.replace(socdefenders_standin::Ioc { defect: Some(defect), ..row.clone() });
    assert_eq!(replaced, Some(row));
    let after = records().await;
    let spoiled = |at: usize| after[at].iter().filter(|record: &&Value| !before[at].contains(record)).count();
    let (rows, objects) = (spoiled(0), spoiled(1));
    let invents = usize::from(defect == Defect::InventedMarking);
    assert!(rows <= 1 && objects <= 1 + invents && rows + objects > 0, "{defect:?}: {rows} {objects}");
}
