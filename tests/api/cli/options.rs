//! Options: each has a variable, and its help says so.

use super::run;

#[test]
fn every_option_has_its_variable_and_shows_its_default() {
    let commands: [&[&str]; 8] = [
        &["serve"],
        &["demo"],
        &["migrate", "up"],
        &["migrate", "status"],
        &["import"],
        &["export"],
        &["verify"],
        &["token"],
    ];
    for command in commands {
        let output = run(&[command, &["--help"]].concat(), &[]);
        let help = String::from_utf8(output.stdout).expect("UTF-8");
        let options = help.lines().map(str::trim_start).filter(|line| line.starts_with("--")).count();
        let arguments = usize::from(help.contains("Arguments:"));
        assert_eq!(help.matches("[env: ").count(), options + arguments, "{command:?}: {help}");
    }
    let help = String::from_utf8(run(&["serve", "--help"], &[]).stdout).expect("UTF-8");
    for shown in [
        "[default: 127.0.0.1:8080]",
        "[default: sqlite://reseller-network.db]",
        "[env: LISTEN",
        "[env: DATABASE_URL",
        "[env: JWT_SECRET",
        "[env: JWT_JWKS",
    ] {
        assert!(help.contains(shown), "{shown}: {help}");
    }
}
