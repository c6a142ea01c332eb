//! The secret, and the file of one of our own.

use std::{fs, sync::Barrier, thread};

use crate::auth::{ConfigError, Secret, load_or_create};

#[test]
fn a_secret_has_32_bytes_and_never_shows() {
    let short = Secret::new("x".repeat(31)).unwrap_err();
    assert!(matches!(short, ConfigError::ShortSecret(31)));
    assert!(short.to_string().contains("JWT_SECRET"));
    let secret = Secret::new("x".repeat(32)).unwrap();
    assert!(!format!("{secret:?}").contains('x'));
}

#[test]
fn a_secret_of_our_own_is_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    let made = load_or_create(&path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap().len(), 43, "32 bytes as base64url");
    assert!(load_or_create(&path).unwrap() == made);
    let other = load_or_create(&folder.path().join("other")).unwrap();
    assert!(other != made);
}

#[cfg(unix)]
#[test]
fn a_secret_of_our_own_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    load_or_create(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn processes_that_start_at_once_end_with_one_secret() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    let start = Barrier::new(8);
    let secrets: Vec<Secret> = thread::scope(|scope| {
        let load = || {
            start.wait();
            load_or_create(&path).unwrap()
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(load)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(secrets.iter().all(|secret| *secret == secrets[0]));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft stays behind");
}

#[test]
fn a_file_that_holds_no_secret_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    fs::write(&path, "short\n").unwrap();
    let text = load_or_create(&path).unwrap_err().to_string();
    assert!(text.contains(path.to_str().unwrap()) && !text.contains("short"), "{text}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "short\n", "it is left as it is");
    assert!(load_or_create(&folder.path().join("no/such/folder")).is_err());
}
