//! Parts of a test that run in a process of their own, so that they can be killed, race, or be alone with the process's globals.
//!
//! Such a part is a test like the others, which returns at once where nobody has given it work.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Lines, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

const WORK: &str = "RESELLER_NETWORK_TEST_WORK";
/// Marks the lines that a process means for us, between those of the test harness.
const MARK: &str = "\u{1}";

/// The work that this process was given, if it is the process of such a part.
pub(crate) fn work() -> Option<String> {
    std::env::var(WORK).ok()
}

/// Says `line` to the process that gave the work.
pub(crate) fn say(line: &str) {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{MARK}{line}").and_then(|()| stdout.flush()).expect("somebody who listens");
}

/// What the process that gave the work says next.
pub(crate) fn hear() -> String {
    std::io::stdin().lines().next().expect("a line").expect("text")
}

/// A process that runs one test of this binary. It is killed when this is dropped.
pub(crate) struct Process {
    child: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Runs the test `test`, such as `log::writer`, on `work`.
    pub(crate) fn start(test: &str, work: impl AsRef<OsStr>) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("this binary"))
            .args([test, "--exact", "--nocapture"])
            .env(WORK, work)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this binary runs");
        let stdin = child.stdin.take().expect("stdin is piped");
        let lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        Self { child, stdin, lines }
    }

    /// What it says next; nothing when it has ended.
    pub(crate) fn next_line(&mut self) -> Option<String> {
        self.lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split_once(MARK).map(|(_, said)| said.to_owned()))
    }

    /// What it says next.
    pub(crate) fn line(&mut self) -> String {
        self.next_line().expect("the process goes on")
    }

    /// Says `line` to it.
    pub(crate) fn tell(&mut self, line: &str) {
        writeln!(self.stdin, "{line}").expect("a process that listens");
    }

    /// Ends it at once, as `kill -9` does.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("a process that can be killed");
        self.child.wait().expect("its end");
    }

    /// Waits for its end, which must be a good one.
    pub(crate) fn finish(mut self) {
        while self.next_line().is_some() {}
        assert!(self.child.wait().expect("its end").success(), "the test in the other process failed");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
