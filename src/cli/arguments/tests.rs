//! What is typed is read, or refused with the name of its flag.

use clap::{CommandFactory, Parser};

use super::{Arguments, ScanArguments, Verb};

fn scan(arguments: &[&str]) -> Result<ScanArguments, clap::Error> {
    let typed = ["reidrisk", "scan"].iter().chain(arguments);
    match Arguments::try_parse_from(typed)?.verb {
        Verb::Scan(scan) => Ok(*scan),
        _ => unreachable!("`scan` was typed"),
    }
}

#[test]
fn the_definition_is_consistent() {
    Arguments::command().debug_assert();
}

#[test]
fn contradictions_are_refused_with_the_name_of_their_flag() {
    for (arguments, flag) in [
        (["a.csv", "--k", "0"], "--k"),
        (["a.csv", "--k", "1"], "--k"),
        (["a.csv", "--max-set", "0"], "--max-set"),
        (["a.csv", "--memory", "12 bananas"], "--memory"),
        (["a.csv", "--timeout", "soon"], "--timeout"),
        (["a.csv", "--threads", "0"], "--threads"),
        (["a.csv", "--threads", "1025"], "--threads"),
        (["a.csv", "--fail-on", "hi"], "--fail-on"),
        (["a.csv", "--missing", "drop"], "--missing"),
        (["a.csv", "--delimiter", "ab"], "--delimiter"),
        (["a.csv", "--encoding", "ebcdic"], "--encoding"),
        (["a.csv", "--emit", "pdf"], "--emit"),
    ] {
        let error = scan(&arguments).unwrap_err();
        assert!(error.to_string().contains(flag), "{error}");
        assert_eq!(error.exit_code(), 2);
    }
}

#[test]
fn a_scan_without_input_is_refused() {
    assert_eq!(scan(&[]).unwrap_err().exit_code(), 2);
}

#[test]
fn lists_and_quotes_are_read() {
    let arguments = scan(&["a.csv", "--emit", "svg,json", "--quote", "none", "--delimiter", "tab"]).unwrap();
    assert_eq!(arguments.emit.len(), 2);
    let given: Vec<(&str, &str)> =
        arguments.settings.given.iter().map(|given| (given.origin.as_str(), given.values[0].as_str())).collect();
    assert_eq!(given, [("--delimiter", "tab"), ("--quote", "none")]);
}

#[test]
fn long_help_lists_the_exit_codes() {
    let help = Arguments::command().render_long_help().to_string();
    for code in ["  0 ", "  1 ", "  2 ", "  3 ", "  4 ", "  70 ", "  130 "] {
        assert!(help.contains(code), "{code}");
    }
}
