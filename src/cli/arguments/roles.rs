//! What the columns are, for every verb that reads an extract.

use clap::Args;

/// What the columns are, and how coarse they are counted.
#[derive(Debug, Args)]
pub(in crate::cli) struct RoleArguments {
    #[command(flatten)]
    pub(in crate::cli) names: NameArguments,
    /// Count a column more coarsely (repeatable; rules of one column apply in order)
    ///
    /// Dates: hour, day, week, month, quarter, year. Numbers: round:10, bins:0,10,50, top:500. Text: prefix:3,
    /// suffix:4. Any column: hierarchy:FILE:LEVEL, rare:20 (values of fewer than 20 subjects become one), drop.
    #[arg(long, value_name = "COL=RULE", help_heading = ROLES_HEADING)]
    pub(in crate::cli) coarsen: Vec<String>,
}

/// What the columns are.
#[derive(Debug, Args)]
#[command(next_help_heading = ROLES_HEADING)]
pub(in crate::cli) struct NameArguments {
    /// The person, account or card that records belong to
    #[arg(long, value_name = "COL")]
    pub(in crate::cli) subject: Vec<String>,
    /// Columns that others may know; with it nothing is guessed
    #[arg(long, value_name = "COL,COL")]
    pub(in crate::cli) quasi: Vec<String>,
    /// Columns that nobody should learn
    #[arg(long, value_name = "COL,COL")]
    pub(in crate::cli) sensitive: Vec<String>,
    /// Columns that name a person outright
    #[arg(long, value_name = "COL,COL")]
    pub(in crate::cli) direct: Vec<String>,
    /// Sampling weight
    #[arg(long, value_name = "COL")]
    pub(in crate::cli) weight: Vec<String>,
    /// Columns that are not used
    #[arg(long, value_name = "COL,COL")]
    pub(in crate::cli) ignore: Vec<String>,
}

const ROLES_HEADING: &str = "Roles (COL,COL: a name with a comma stands in double quotes, or repeat the flag)";
