//! `motcua config show`, and settings that cannot be.

use crate::support::process::{run, run_in};

#[test]
fn what_is_in_force_is_shown_with_its_source_and_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ours.toml"), "[http]\nport = 9000\n").unwrap();
    let env = [
        ("MOTCUA_CONFIG", "ours.toml"),
        ("DATABASE_URL", "postgres://motcua:hunter2@db.example.vn/motcua"),
        ("MOTCUA__SMTP__URL", "smtp://motcua:hunter2@mail.example.vn"),
    ];
    let said = run_in(folder.path(), &["config", "show"], &env, "").success();
    assert!(said.stdout.contains("port = 9000 # ours.toml"), "{}", said.stdout);
    assert!(said.stdout.contains("hours = \"07:30-11:30,13:00-17:00\"\n"), "{}", said.stdout);
    assert!(said.stdout.contains("motcua:***@db.example.vn"), "{}", said.stdout);
    assert!(!said.stdout.contains("hunter2") && !said.stderr.contains("hunter2"), "{}", said.stdout);
}

#[test]
fn a_setting_that_does_not_exist_is_named() {
    let refused = run(&["config", "show"], &[("MOTCUA__HTTP__PROT", "1")], "").code(2);
    assert!(refused.stderr.contains("MOTCUA__HTTP__PROT"), "{}", refused.stderr);
    let refused = run(&["--config", "nowhere.toml", "config", "show"], &[], "").code(2);
    assert!(refused.stderr.contains("nowhere.toml"), "{}", refused.stderr);
}

#[test]
fn a_command_that_does_not_exist_is_a_wrong_question_and_help_is_an_answer() {
    run(&["bogus"], &[], "").code(2);
    run(&[], &[], "").code(2);
    assert!(run(&["--help"], &[], "").success().stdout.contains("Cách dùng"));
    assert!(run(&["due", "--help"], &[], "").success().stdout.contains("BẮT_ĐẦU"));
}
