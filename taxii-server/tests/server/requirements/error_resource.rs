//! The resource `error`, and which error says what (section 3.6.1).

use reqwest::Method;
use taxii_server::storage::{Access, Scope};

use super::exchange::exchanges;
use crate::backend::{Backend, on_both};
use crate::world::{OBJECTS, World, collection};

exchanges!(
    item_32_an_error_says_its_status_as_text,
    item_33_each_status_where_the_specification_names_it,
    item_34_rights_decide_between_200_403_and_404,
);
on_both!(item_34_rights_that_change_hold_from_the_next_request_on);

async fn item_34_rights_that_change_hold_from_the_next_request_on(backend: Backend) {
    let world = World::start(backend).await;
    let here = Scope::Collection(collection());
    world.add_account("somebody", here, Access::READ).await;
    let status = async || world.request_of("somebody", Method::GET, OBJECTS).send().await.unwrap().status();
    assert_eq!(status().await, 200);
    assert!(world.storage.revoke("somebody", here, Access::READ).await.unwrap());
    assert_eq!(status().await, 404);
    assert!(world.storage.grant("somebody", Scope::Everywhere, Access::READ).await.unwrap());
    assert_eq!(status().await, 200);
    let account = world.storage.account("somebody").await.unwrap().unwrap();
    assert!(world.storage.remove_secret("somebody", account.secrets[0].number).await.unwrap());
    assert_eq!(status().await, 401);
    world.stop().await;
}
