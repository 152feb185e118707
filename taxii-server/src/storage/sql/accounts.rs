//! Accounts, their secrets and their rights.

use std::net::IpAddr;

use async_trait::async_trait;
use uuid::Uuid;

use super::row::{Row, Value};
use super::statement::Statement;
use super::{Backend, Session, SqlStorage};
use crate::clock::trust::Cutoff;
use crate::storage::{
    Access, Account, Accounts, CollectionId, DateAdded, Grants, NewSecret, Scope, Secret, SecretKind,
    SecretUse, StorageError,
};

#[async_trait]
impl<B: Backend> Accounts for SqlStorage<B> {
    async fn add_account(
        &self,
        name: &str,
        grants: &Grants,
        created: DateAdded,
    ) -> Result<bool, StorageError> {
        let mut tx = self.begin().await?;
        let insert = Statement::new(
            "INSERT INTO account (name, revision, created) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        );
        let insert = insert.bind(name).bind(revision()).bind(created.millis());
        if tx.execute(insert).await? == 0 {
            return Ok(false);
        }
        for (scope, access) in grants.iter() {
            tx.execute(grant(name, scope, access)).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn accounts(&self) -> Result<Vec<Account>, StorageError> {
        let names = self.read_all(Statement::new("SELECT name FROM account ORDER BY name")).await?;
        let mut accounts = Vec::with_capacity(names.len());
        for mut name in names {
            // One that is gone by now is left out.
            accounts.extend(self.account(&name.next::<String>()?).await?);
        }
        Ok(accounts)
    }

    async fn account(&self, name: &str) -> Result<Option<Account>, StorageError> {
        let secrets = Statement::new(
            "SELECT number, kind, hash, label, expires, created FROM secret WHERE account = $1 ORDER BY number",
        );
        self.account_with(name, secrets.bind(name)).await
    }

    async fn valid_account(&self, name: &str, now: DateAdded) -> Result<Option<Account>, StorageError> {
        // Each part is one walk along the index, however many have ended.
        let secrets = Statement::new(
            "SELECT number, kind, hash, label, expires, created FROM secret WHERE account = $1 AND expires IS NULL \
             UNION ALL \
             SELECT number, kind, hash, label, expires, created FROM secret WHERE account = $1 AND expires > $2 \
             ORDER BY number",
        );
        self.account_with(name, secrets.bind(name).bind(now.millis())).await
    }

    async fn forget_secrets(&self, before: Cutoff) -> Result<u64, StorageError> {
        let delete = Statement::new("DELETE FROM secret WHERE expires < $1");
        self.write(delete.bind(before.time().timestamp_millis())).await
    }

    async fn account_revision(&self, name: &str) -> Result<Option<i64>, StorageError> {
        let select = Statement::new("SELECT revision FROM account WHERE name = $1").bind(name);
        self.read_optional(select).await?.map(|mut row| row.next()).transpose()
    }

    async fn remove_account(&self, name: &str) -> Result<bool, StorageError> {
        let delete = Statement::new("DELETE FROM account WHERE name = $1").bind(name);
        Ok(self.write(delete).await? == 1)
    }

    async fn add_secret(
        &self,
        name: &str,
        secret: &NewSecret,
        created: DateAdded,
    ) -> Result<Option<i64>, StorageError> {
        let mut tx = self.begin().await?;
        if !touched(&mut tx, name).await? {
            return Ok(None);
        }
        let added = tx.fetch_all(insert(name, secret, created)).await?;
        tx.commit().await?;
        added.into_iter().next().map(|mut row| row.next()).transpose()
    }

    async fn change_password(
        &self,
        name: &str,
        password: &NewSecret,
        created: DateAdded,
        end: DateAdded,
    ) -> Result<bool, StorageError> {
        let mut tx = self.begin().await?;
        if !touched(&mut tx, name).await? {
            return Ok(false);
        }
        let expire = Statement::new(
            "UPDATE secret SET expires = $2 \
             WHERE account = $1 AND kind = 'password' AND (expires IS NULL OR expires > $2)",
        );
        tx.execute(expire.bind(name).bind(end.millis())).await?;
        // Of the old ones the last is enough, and each costs a hash when somebody logs in.
        let clean = Statement::new(
            "DELETE FROM secret WHERE account = $1 AND kind = 'password' AND (expires <= $2 \
             OR number < (SELECT max(number) FROM secret WHERE account = $1 AND kind = 'password'))",
        );
        tx.execute(clean.bind(name).bind(created.millis())).await?;
        tx.fetch_all(insert(name, password, created)).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn remove_secret(&self, name: &str, number: i64) -> Result<bool, StorageError> {
        let mut tx = self.begin().await?;
        touched(&mut tx, name).await?;
        let delete = Statement::new("DELETE FROM secret WHERE account = $1 AND number = $2");
        let removed = tx.execute(delete.bind(name).bind(number)).await?;
        tx.commit().await?;
        Ok(removed == 1)
    }

    async fn owner_of(&self, kind: SecretKind, hash: &str) -> Result<Option<String>, StorageError> {
        let select = Statement::new("SELECT account FROM secret WHERE kind = $1 AND hash = $2");
        let select = select.bind(kind.as_str()).bind(hash);
        self.read_optional(select).await?.map(|mut row| row.next()).transpose()
    }

    async fn note_uses(&self, uses: &[SecretUse]) -> Result<(), StorageError> {
        // All servers write them in the same order, so that none waits for another that waits for it.
        let mut uses: Vec<_> = uses.iter().collect();
        uses.sort_unstable();
        let mut tx = self.begin().await?;
        for SecretUse { account, secret, network, last } in uses {
            let insert = Statement::new(
                "INSERT INTO secret_use (account, secret, network, last) \
                 SELECT name, $2, $3, $4 FROM account WHERE name = $1 \
                 ON CONFLICT (account, secret, network) DO UPDATE SET last = excluded.last",
            );
            let insert = insert.bind(&**account).bind(*secret).bind(&*network.to_string());
            tx.execute(insert.bind(last.millis())).await?;
        }
        tx.commit().await
    }

    async fn uses(&self, name: &str) -> Result<Vec<SecretUse>, StorageError> {
        let select = Statement::new(
            "SELECT account, secret, network, last FROM secret_use WHERE account = $1 \
             ORDER BY last DESC, secret, network",
        );
        self.read_all(select.bind(name)).await?.into_iter().map(secret_use).collect()
    }

    async fn was_used_from(
        &self,
        name: &str,
        network: IpAddr,
        since: DateAdded,
    ) -> Result<bool, StorageError> {
        let select = Statement::new(
            "SELECT last FROM secret_use WHERE account = $1 AND network = $2 AND last >= $3 LIMIT 1",
        );
        let select = select.bind(name).bind(&*network.to_string()).bind(since.millis());
        Ok(self.read_optional(select).await?.is_some())
    }

    async fn forget_uses(&self, before: Cutoff, most: u32) -> Result<u64, StorageError> {
        let old = Statement::new("DELETE FROM secret_use WHERE last < $1");
        let old = self.write(old.bind(before.time().timestamp_millis())).await?;
        let beyond = Statement::new(
            "DELETE FROM secret_use WHERE (account, secret, network) IN \
             (SELECT account, secret, network FROM \
             (SELECT account, secret, network, row_number() OVER \
             (PARTITION BY account ORDER BY last DESC, secret, network) AS place FROM secret_use) AS ranked \
             WHERE place > $1)",
        );
        Ok(old + self.write(beyond.bind(i64::from(most))).await?)
    }

    async fn grant(&self, name: &str, scope: Scope, access: Access) -> Result<bool, StorageError> {
        let mut tx = self.begin().await?;
        if !touched(&mut tx, name).await? {
            return Ok(false);
        }
        if access.is_any() {
            tx.execute(grant(name, scope, access)).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn revoke(&self, name: &str, scope: Scope, access: Access) -> Result<bool, StorageError> {
        let mut tx = self.begin().await?;
        if !touched(&mut tx, name).await? {
            return Ok(false);
        }
        let take = Statement::new(
            "UPDATE access_grant SET may_read = CASE WHEN $3 = 1 THEN 0 ELSE may_read END, \
             may_write = CASE WHEN $4 = 1 THEN 0 ELSE may_write END WHERE account = $1 AND collection = $2",
        );
        let take = take.bind(name).bind(place(scope)).bind(i64::from(access.read));
        tx.execute(take.bind(i64::from(access.write))).await?;
        let clean =
            Statement::new("DELETE FROM access_grant WHERE account = $1 AND may_read = 0 AND may_write = 0");
        tx.execute(clean.bind(name)).await?;
        tx.commit().await?;
        Ok(true)
    }
}

impl<B: Backend> SqlStorage<B> {
    /// The account of this name with the secrets that a statement finds.
    async fn account_with(&self, name: &str, secrets: Statement) -> Result<Option<Account>, StorageError> {
        let account = Statement::new("SELECT revision, created FROM account WHERE name = $1").bind(name);
        let grants =
            Statement::new("SELECT collection, may_read, may_write FROM access_grant WHERE account = $1");
        let mut connection = self.backend.reader().acquire().await?;
        // The revision is read first: a change in between makes the outcome one that is soon found to be old.
        let account = connection.fetch_optional(account).await?;
        let secrets = connection.fetch_all(secrets).await?;
        let grants = connection.fetch_all(grants.bind(name)).await?;
        let Some(mut account) = account else { return Ok(None) };
        Ok(Some(Account {
            name: name.to_owned(),
            revision: account.next()?,
            created: DateAdded::from_millis(account.next()?),
            secrets: secrets.into_iter().map(secret).collect::<Result<_, _>>()?,
            grants: grants.into_iter().map(right).collect::<Result<_, _>>()?,
        }))
    }
}

/// Gives the account, if there is one, another revision, and so keeps others from changing it until the commit.
async fn touched(session: &mut impl Session, name: &str) -> Result<bool, StorageError> {
    let update = Statement::new("UPDATE account SET revision = $2 WHERE name = $1");
    Ok(session.execute(update.bind(name).bind(revision())).await? == 1)
}

/// Chosen by chance, so that an account that is made anew does not come to a revision of the one before it.
fn revision() -> i64 {
    rand::random()
}

fn insert(name: &str, secret: &NewSecret, created: DateAdded) -> Statement {
    let insert = Statement::new(
        "INSERT INTO secret (account, kind, hash, label, expires, created) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT DO NOTHING RETURNING number",
    );
    let insert = insert.bind(name).bind(secret.kind.as_str()).bind(&*secret.hash).bind(&*secret.label);
    insert.bind(secret.expires.map(DateAdded::millis)).bind(created.millis())
}

fn grant(name: &str, scope: Scope, access: Access) -> Statement {
    let insert = Statement::new(
        "INSERT INTO access_grant (account, collection, may_read, may_write) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (account, collection) DO UPDATE SET \
         may_read = CASE WHEN excluded.may_read = 1 THEN 1 ELSE access_grant.may_read END, \
         may_write = CASE WHEN excluded.may_write = 1 THEN 1 ELSE access_grant.may_write END",
    );
    let insert = insert.bind(name).bind(place(scope)).bind(i64::from(access.read));
    insert.bind(i64::from(access.write))
}

fn secret(mut row: Row) -> Result<Secret, StorageError> {
    let number = row.next()?;
    let kind = match row.next::<String>()?.as_str() {
        "password" => SecretKind::Password,
        "token" => SecretKind::Token,
        "certificate" => SecretKind::Certificate,
        _ => return Err(StorageError::encoding("a secret is of an unknown kind")),
    };
    let (hash, label) = (row.next()?, row.next()?);
    let expires = row.next::<Option<i64>>()?.map(DateAdded::from_millis);
    let created = DateAdded::from_millis(row.next()?);
    Ok(Secret { number, stored: NewSecret { kind, hash, label, expires }, created })
}

fn secret_use(mut row: Row) -> Result<SecretUse, StorageError> {
    let (account, secret) = (row.next()?, row.next()?);
    let network = row.next::<String>()?.parse().map_err(StorageError::encoding)?;
    Ok(SecretUse { account, secret, network, last: DateAdded::from_millis(row.next()?) })
}

fn right(mut row: Row) -> Result<(Scope, Access), StorageError> {
    let scope = match row.next::<String>()?.as_str() {
        EVERYWHERE => Scope::Everywhere,
        id => Scope::Collection(CollectionId::from(id.parse::<Uuid>().map_err(StorageError::encoding)?)),
    };
    Ok((scope, Access { read: row.next::<i64>()? != 0, write: row.next::<i64>()? != 0 }))
}

fn place(scope: Scope) -> Value {
    match scope {
        Scope::Everywhere => EVERYWHERE.into(),
        Scope::Collection(id) => id.to_string().into(),
    }
}

const EVERYWHERE: &str = "*";
