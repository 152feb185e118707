//! The service, and all that it has ever shown.

use chrono::{DateTime, TimeDelta, Utc};
use socdefenders_standin::{
    Clock, Confidence, Defect, Handle, Ids, Ioc, IocType, Settings, Shape, Source, StandIn,
};
use uuid::Uuid;

use super::dice::Dice;

/// Names below this one are on the allow-list.
pub(super) const BENIGN: &str = "benign.example";

/// The service.
pub(super) struct Upstream {
    pub(super) standin: Handle,
    pub(super) ids: Ids,
    pub(super) shape: Shape,
    /// Whether its objects may be republished as they are.
    pub(super) valid_stix: bool,
    /// All rows that it ever had, in the order in which they came.
    pub(super) rows: Vec<Row>,
    /// What happened to rows so far.
    pub(super) events: usize,
    /// By how much its clock is fast.
    pub(super) skew: TimeDelta,
}

/// A row and what became of it.
pub(super) struct Row {
    /// What it was, oldest first; with the number of the event that made it so.
    pub(super) versions: Vec<(usize, Ioc)>,
    /// Whether the service still has it.
    pub(super) shown: bool,
}

impl Row {
    pub(super) fn last(&self) -> &Ioc {
        &self.versions.last().unwrap().1
    }
}

impl Upstream {
    pub(super) async fn start(settings: Settings, ids: Ids, shape: Shape, valid_stix: bool) -> Self {
        let settings = settings.with_iocs(0).with_ids(ids).with_shape(shape).with_valid_stix(valid_stix);
        let standin = StandIn::start(settings).await.unwrap();
        Self { standin, ids, shape, valid_stix, rows: Vec::new(), events: 0, skew: TimeDelta::zero() }
    }

    /// Sets its clock, which is wrong by the skew.
    pub(super) fn set_clock(&self, now: DateTime<Utc>) {
        let clock = Clock::stopped_at(now).with_skew(self.skew);
        self.standin.reconfigure(|settings| settings.with_clock(clock));
    }

    /// Something happens to its rows, at this time by a clock that is right.
    pub(super) fn happen(&mut self, dice: &mut Dice, now: DateTime<Utc>) {
        match dice.below(12) {
            0 => self.change(dice, now, |row, dice| row.confidence = dice.one(&Confidence::ALL)),
            1 => self.change(dice, now, |row, dice| row.tags = vec![tag(dice)]),
            2 => self.change(dice, now, |row, _| row.context = format!("{} Seen again.", row.context)),
            3 => self.change(dice, now, |row, dice| row.mitre_techniques = techniques(dice)),
            // A mistake that is put right.
            4 => self.change(dice, now, |row, _| row.defect = None),
            // Seen again, and nothing else.
            5 => self.change(dice, now, |_, _| {}),
            6 => self.withdraw(dice),
            7 => self.reappear(dice, now),
            _ => self.arrive(dice, now),
        }
    }

    /// A new row; now and then it has been there for some minutes when it is first shown.
    pub(super) fn arrive(&mut self, dice: &mut Dice, now: DateTime<Utc>) {
        let number = self.rows.len();
        let (ioc_type, value) = match self.rows.get(dice.below(6 * number.max(1))) {
            // Another source reports what one has reported.
            Some(row) => (row.last().ioc_type, row.last().value.clone()),
            None => value(dice, number),
        };
        let late = TimeDelta::minutes(dice.one(&[0, 0, 0, 9]));
        let feed_name = format!("Source {number}");
        let source = Source {
            article_id: Uuid::from_u128(number as u128),
            article_title: format!("Report {number}"),
            article_url: format!("https://articles.example/{number}"),
            reference_url: format!("https://references.example/{number}"),
            feed_name,
            category: dice.one(&["government", "community"]).to_owned(),
            origin: "article".to_owned(),
        };
        let row = Ioc {
            id: Uuid::from_u128(0x4000_8000_0000_0000_0000 + number as u128),
            ioc_type,
            value,
            confidence: dice.one(&Confidence::ALL),
            first_seen: now - late,
            last_seen: now - late,
            updated: self.standin.now() - late,
            industry: dice.once_in(2).then(|| "energy".to_owned()),
            source,
            context: format!("Told by {number}."),
            tags: vec![tag(dice)],
            mitre_techniques: techniques(dice),
            defect: self.defect(dice, ioc_type),
        };
        self.standin.insert(row.clone());
        self.events += 1;
        self.rows.push(Row { versions: vec![(self.events, row)], shown: true });
    }

    /// Mostly none.
    fn defect(&self, dice: &mut Dice, ioc_type: IocType) -> Option<Defect> {
        let can_be = |defect: &Defect| match defect {
            // Nothing else would tell which record it was.
            Defect::NoValue => self.ids == Ids::Stable,
            // In a bundle that is valid it is no mistake, but another object under the same identifier.
            Defect::OtherLanguage => !self.valid_stix,
            // A record that had times as long as they were spelled wrongly would seem to be the latest for ever.
            Defect::OffsetTimes | Defect::SpacedTimes => self.shape == Shape::Full,
            _ => true,
        };
        let suit = Defect::ALL.iter().copied().filter(|defect| defect.suits(ioc_type) && can_be(defect));
        let suit: Vec<Defect> = suit.collect();
        (dice.once_in(3) && !suit.is_empty()).then(|| dice.one(&suit))
    }

    fn change(&mut self, dice: &mut Dice, now: DateTime<Utc>, change: impl FnOnce(&mut Ioc, &mut Dice)) {
        let Some(at) = self.any(dice, true) else { return };
        let mut row = self.rows[at].last().clone();
        // Two versions of one time would be told apart by nothing.
        if row.last_seen >= now {
            return;
        }
        change(&mut row, dice);
        (row.last_seen, row.updated) = (now, self.standin.now());
        self.standin.replace(row.clone()).unwrap();
        self.version(at, row);
    }

    fn withdraw(&mut self, dice: &mut Dice) {
        let Some(at) = self.any(dice, true) else { return };
        self.standin.remove(self.rows[at].last().id).unwrap();
        self.events += 1;
        self.rows[at].shown = false;
    }

    fn reappear(&mut self, dice: &mut Dice, now: DateTime<Utc>) {
        let Some(at) = self.any(dice, false) else { return };
        let mut row = self.rows[at].last().clone();
        (row.last_seen, row.updated) = (now.max(row.last_seen), self.standin.now());
        self.standin.insert(row.clone());
        self.rows[at].shown = true;
        self.version(at, row);
    }

    /// The row of which this is the object.
    pub(super) fn row_of(&self, object_id: &str) -> Option<&Row> {
        let id = object_id.strip_prefix("indicator--")?.parse::<Uuid>().ok()?;
        self.rows.iter().find(|row| row.last().id == id)
    }

    /// Takes note of rows that the service has moved by itself.
    pub(super) fn note_moves(&mut self) {
        for row in self.standin.rows() {
            let at = self.rows.iter().position(|known| known.last().id == row.id).unwrap();
            if *self.rows[at].last() != row {
                self.version(at, row);
            }
        }
    }

    fn version(&mut self, at: usize, row: Ioc) {
        self.events += 1;
        self.rows[at].versions.push((self.events, row));
    }

    /// The index of any row that is shown, or is not.
    fn any(&self, dice: &mut Dice, shown: bool) -> Option<usize> {
        let some: Vec<usize> = (0..self.rows.len()).filter(|at| self.rows[*at].shown == shown).collect();
        (!some.is_empty()).then(|| dice.one(&some))
    }
}

fn tag(dice: &mut Dice) -> String {
    format!("tag-{}", dice.below(5))
}

fn techniques(dice: &mut Dice) -> Vec<String> {
    dice.one(&[vec![], vec![], vec!["T1059".to_owned()], vec!["T1566.001".to_owned(), "T1059".to_owned()]])
}

/// A value that no other number has.
fn value(dice: &mut Dice, number: usize) -> (IocType, String) {
    let ioc_type = dice.one(&IocType::ALL);
    // Such that no value is a part of another one.
    let digits = format!("a{number:06x}f");
    let value = match ioc_type {
        IocType::Ipv4 => format!("198.18.{}.{}", number / 100, 100 + number % 100),
        IocType::Ipv6 => format!("2001:db8::{:x}:1", number + 1),
        IocType::Domain if dice.once_in(4) => format!("host-{number}.{BENIGN}"),
        IocType::Domain => format!("host-{number}.example.com"),
        IocType::Url => format!("http://www.example.com/o'brien\\{number}"),
        IocType::Md5 => digits.repeat(4),
        IocType::Sha1 => digits.repeat(5),
        IocType::Sha256 => digits.repeat(8),
        IocType::Cve => format!("CVE-2025-{}", 10_000 + number),
        IocType::MitreAttack => format!("T{}", 2000 + number),
        IocType::Email => format!("joe-{number}@example.com"),
    };
    (ioc_type, value)
}
