//! Columns that are in no class, and single people out together: they do not leave without a reason each.

use std::fmt::Write as _;

use super::{CONFIG, bench_with, extract, run};

#[test]
fn columns_that_single_people_out_together_do_not_leave_unless_one_stays() {
    // With their total, two share each of twenty years of birth, and are in different halves.
    let with_birth = extract().lines().enumerate().fold(String::new(), |mut text, (at, line)| {
        let customer = at.wrapping_sub(1) % 120;
        match at {
            0 => writeln!(text, "{line},born,half").expect("memory takes text"),
            _ => writeln!(text, "{line},b{},h{}", customer / 6, customer / 3 % 2).expect("memory takes text"),
        }
        text
    });
    let aside = |half: &str| {
        format!("{CONFIG}[columns.born]\nrole = \"sensitive\"\n[columns.half]\nrole = \"sensitive\"\n{half}")
    };
    for (half, code) in [("", 1), ("coarsen = \"drop\"\n", 0)] {
        let bench = bench_with(&aside(half));
        bench.write("cards.csv", with_birth.clone());
        let ended = run(&bench, "release", &["cards.csv", "--to", "leaving"]);
        assert_eq!(ended.code, Some(code), "{half}\n{ended}");
        assert_eq!(ended.stdout.contains("unreasoned-column"), code == 1, "{ended}");
        assert_eq!(bench.input("leaving").exists(), code == 0);
    }
}
