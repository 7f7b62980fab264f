//! People and their ways in.

use std::sync::Arc;

use evenkeel_domain::{
    access::{Role, TokenScope},
    id::{OrganisationId, TokenId, UserId},
};

use super::sample::{at, organisation, world};
use crate::{
    StorageError, Store,
    access::{SessionRow, Token, User},
};

fn user(organisation: OrganisationId, n: u128) -> User {
    User {
        id: UserId::from_parts(1, n),
        organisation,
        email: format!("user{n}@example.org"),
        role: Role::Responder,
        password_hash: "$argon2id$".into(),
        created_at: at(0),
        last_login_at: None,
    }
}

fn token(user: UserId, n: u128) -> Token {
    Token {
        id: TokenId::from_parts(1, n),
        user,
        name: format!("token {n}"),
        scope: TokenScope::Operate,
        secret_hash: format!("hash {n}"),
        created_at: at(i64::try_from(n).unwrap()),
        expires_at: Some(at(1_000)),
        last_used_at: None,
    }
}

fn taken<T>(result: Result<T, StorageError>) -> bool {
    matches!(result, Err(StorageError::Taken { .. }))
}

fn missing<T>(result: Result<T, StorageError>) -> bool {
    matches!(result, Err(StorageError::Missing { .. }))
}

pub(super) async fn organisations_have_names_of_their_own<S: Store>(store: Arc<S>) {
    assert_eq!(store.organisations().await.unwrap(), []);
    let (one, mut two) = (organisation(1), organisation(2));
    store.create_organisation(&one).await.unwrap();
    two.name.clone_from(&one.name);
    assert!(taken(store.create_organisation(&two).await));
    two.name = "another".into();
    two.created_at = at(-5);
    store.create_organisation(&two).await.unwrap();
    assert_eq!(store.organisations().await.unwrap(), [two.clone(), one]);
    assert_eq!(store.organisation(two.id).await.unwrap(), Some(two));
    assert_eq!(store.organisation(OrganisationId::from_parts(9, 9)).await.unwrap(), None);
}

pub(super) async fn users_have_addresses_of_their_own<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    assert_eq!(store.user_count().await.unwrap(), 0);
    let (one, two) = (user(world.organisation, 1), user(world.organisation, 2));
    store.create_user(&two, &[]).await.unwrap();
    store.create_user(&one, &[]).await.unwrap();
    let same = User { email: one.email.clone(), ..user(world.other, 3) };
    assert!(taken(store.create_user(&same, &[]).await), "over all organisations");
    assert_eq!(store.user_count().await.unwrap(), 2);
    assert_eq!(store.users(world.organisation).await.unwrap(), [one.clone(), two]);
    assert_eq!(store.users(world.other).await.unwrap(), []);
    assert_eq!(store.user(one.id).await.unwrap(), Some(one.clone()));
    assert_eq!(store.user_by_email(&one.email).await.unwrap(), Some(one));
    assert_eq!(store.user(UserId::from_parts(9, 9)).await.unwrap(), None);
    assert_eq!(store.user_by_email("nobody@example.org").await.unwrap(), None);
    let homeless = user(OrganisationId::from_parts(9, 9), 4);
    assert!(store.create_user(&homeless, &[]).await.is_err(), "nobody without an organisation");
}

pub(super) async fn users_change_only_where_they_are<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let mut one = user(world.organisation, 1);
    let bystander = user(world.organisation, 2);
    store.create_user(&one, &[]).await.unwrap();
    store.create_user(&bystander, &[]).await.unwrap();
    assert!(missing(store.set_role(world.other, one.id, Role::Admin, &[]).await));
    assert_eq!(store.user(one.id).await.unwrap().unwrap().role, Role::Responder);
    for role in Role::ALL {
        store.set_role(world.organisation, one.id, role, &[]).await.unwrap();
        assert_eq!(store.user(one.id).await.unwrap().unwrap().role, role);
    }
    store.set_password(one.id, "$another", &[]).await.unwrap();
    store.touch_login(one.id, at(7), &[]).await.unwrap();
    one.role = Role::Admin;
    one.password_hash = "$another".into();
    one.last_login_at = Some(at(7));
    assert_eq!(store.user(one.id).await.unwrap(), Some(one));
    assert_eq!(store.user(bystander.id).await.unwrap(), Some(bystander));
    let nobody = UserId::from_parts(9, 9);
    assert!(missing(store.set_role(world.organisation, nobody, Role::Admin, &[]).await));
    assert!(missing(store.set_password(nobody, "x", &[]).await));
    assert!(missing(store.touch_login(nobody, at(1), &[]).await));
}

pub(super) async fn tokens_are_found_by_hash_and_end<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let (one, two) = (user(world.organisation, 1), user(world.organisation, 2));
    store.create_user(&one, &[]).await.unwrap();
    store.create_user(&two, &[]).await.unwrap();
    let (first, second) = (token(one.id, 1), token(one.id, 2));
    store.create_token(&first, &[]).await.unwrap();
    store.create_token(&second, &[]).await.unwrap();
    let same_name = Token { name: first.name.clone(), ..token(one.id, 3) };
    assert!(taken(store.create_token(&same_name, &[]).await));
    let theirs = Token { user: two.id, expires_at: None, scope: TokenScope::Full, ..same_name };
    store.create_token(&theirs, &[]).await.unwrap();

    assert_eq!(store.token_by_hash("hash 1").await.unwrap(), Some(first.clone()));
    assert_eq!(store.token_by_hash("hash").await.unwrap(), None);
    assert_eq!(store.tokens(one.id).await.unwrap(), [second.clone(), first.clone()]);
    assert_eq!(store.tokens(two.id).await.unwrap(), [theirs]);
    assert!(missing(store.delete_token(two.id, first.id, &[]).await), "another's");
    store.delete_token(one.id, first.id, &[]).await.unwrap();
    assert!(missing(store.delete_token(one.id, first.id, &[]).await), "once");
    assert_eq!(store.token_by_hash("hash 1").await.unwrap(), None);
    assert_eq!(store.tokens(one.id).await.unwrap(), [second]);
}

pub(super) async fn a_token_s_use_is_kept_to_the_minute<S: Store>(store: Arc<S>) {
    let world = world(&*store).await;
    let owner = user(world.organisation, 1);
    store.create_user(&owner, &[]).await.unwrap();
    let token = token(owner.id, 1);
    store.create_token(&token, &[]).await.unwrap();
    // The story begins 20 s past a minute.
    for (second, kept) in [(5, -20), (39, -20), (40, 40), (130, 100), (45, 100)] {
        store.touch_token(token.id, at(second)).await.unwrap();
        let used = store.token_by_hash("hash 1").await.unwrap().unwrap().last_used_at;
        assert_eq!(used, Some(at(kept)), "used at {second}");
    }
    assert!(missing(store.touch_token(TokenId::from_parts(9, 9), at(1)).await));
}

pub(super) async fn sessions_lapse<S: Store>(store: Arc<S>) {
    let session = |id: &str, data: &[u8], end| SessionRow {
        id: id.into(),
        data: data.into(),
        expires_at: at(end),
    };
    let one = session("one", &[0, 255, 1], 10);
    assert!(store.create_session(&one).await.unwrap());
    assert!(!store.create_session(&session("one", b"stolen", 99)).await.unwrap());
    assert_eq!(store.load_session("one", at(9)).await.unwrap(), Some(one.clone()));
    assert_eq!(store.load_session("one", at(10)).await.unwrap(), None, "lapsed");
    assert_eq!(store.load_session("two", at(0)).await.unwrap(), None);

    let longer = session("one", b"changed", 20);
    store.save_session(&longer).await.unwrap();
    assert_eq!(store.load_session("one", at(15)).await.unwrap(), Some(longer));
    store.save_session(&session("two", b"", 30)).await.unwrap();
    assert_eq!(store.delete_lapsed_sessions(at(20)).await.unwrap(), 1);
    assert_eq!(store.delete_lapsed_sessions(at(20)).await.unwrap(), 0);
    assert!(store.load_session("two", at(20)).await.unwrap().is_some());
    store.delete_session("two").await.unwrap();
    store.delete_session("two").await.unwrap();
    assert_eq!(store.load_session("two", at(20)).await.unwrap(), None);
}

pub(super) async fn attempts_are_counted_in_windows<S: Store + 'static>(store: Arc<S>) {
    for expected in 1..=3 {
        assert_eq!(store.count_attempt("a", at(0)).await.unwrap(), expected);
    }
    assert_eq!(store.count_attempt("b", at(0)).await.unwrap(), 1);
    assert_eq!(store.count_attempt("a", at(900)).await.unwrap(), 1, "a new window");
    assert_eq!(store.count_attempt("a", at(0)).await.unwrap(), 2, "a late clock opens no old one");
    assert_eq!(store.count_attempt("b", at(0)).await.unwrap(), 2, "another's window is another");
    store.clear_attempts("a").await.unwrap();
    store.clear_attempts("a").await.unwrap();
    assert_eq!(store.count_attempt("a", at(900)).await.unwrap(), 1);

    let guesses: Vec<_> = (0..20)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.count_attempt("c", at(0)).await.unwrap() })
        })
        .collect();
    let mut counts = Vec::new();
    for guess in guesses {
        counts.push(guess.await.unwrap());
    }
    counts.sort_unstable();
    assert_eq!(counts, (1..=20).collect::<Vec<u32>>(), "none is counted as another");
}
