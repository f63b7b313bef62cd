//! Why cells that could all be values of one type are left as text.

/// Why cells that could all be values of one type are left as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// Nothing tells decimals from thousands.
    DecimalSign,
    /// Amounts of different currencies.
    Currencies,
    /// Amounts with and without a currency.
    PartlyCurrency,
    /// Whole numbers with exponents or a leading plus, which may be codes.
    Codes,
    /// Nothing tells day and month apart.
    OrderOpen,
    /// Some cells have the day first, others the month.
    OrdersContradict,
    /// Of several files one leaves open which is the day and which the month.
    OrderOpenInFile,
    /// In one file the day stands first, in another the month.
    OrdersDiffer,
    /// Real dates stand beside texts of dates with slashes or dashes: a spreadsheet that turned some into dates may have
    /// taken the month for the day.
    RealDatesBeside,
}

impl Doubt {
    /// Whether a column that counts must not be left as text: one of its readings makes other values of its cells.
    #[must_use]
    pub fn is_question(self) -> bool {
        matches!(self, Self::DecimalSign | Self::OrderOpenInFile | Self::OrdersDiffer | Self::RealDatesBeside)
    }

    /// What is in doubt, behind the name of a column.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::DecimalSign => {
                "every cell reads as a number, but nothing distinguishes three decimals from a group of thousands"
            }
            Self::Currencies => "every cell reads as an amount, but the currencies differ",
            Self::PartlyCurrency => "every cell reads as an amount, but only some name a currency",
            Self::Codes => {
                "every cell reads as a number, but with exponents or plus signs and no decimals they may be codes"
            }
            Self::OrderOpen => "every cell reads as a date, and nothing tells day and month apart",
            Self::OrdersContradict => {
                "every cell reads as a date, but some begin with the day and others with the month"
            }
            Self::OrderOpenInFile => {
                "every cell reads as a date, and one of the files does not tell day and month apart"
            }
            Self::OrdersDiffer => {
                "every cell reads as a date, in one file with the day first, in another with the month"
            }
            Self::RealDatesBeside => "real dates are mixed with text, so a spreadsheet may have swapped day and month",
        }
    }

    /// The keys that settle it for a column.
    #[must_use]
    pub(in crate::input) fn hint(self, column: &str) -> Option<String> {
        Some(match self {
            Self::DecimalSign => {
                format!("set `decimal = \".\"` or `decimal = \",\"` in `[columns.{column}]`, or `type = \"text\"`")
            }
            Self::OrderOpen | Self::RealDatesBeside => format!(
                "set `format = \"DD/MM/YYYY\"` or `format = \"MM/DD/YYYY\"` in `[columns.{column}]`, or `type = \"text\"`"
            ),
            Self::OrderOpenInFile | Self::OrdersDiffer => format!(
                "set `format = \"DD/MM/YYYY\"` or `format = \"MM/DD/YYYY\"` in `[columns.{column}]`, or where files differ \
                 `format = {{ \"first.csv\" = \"MM/DD/YYYY\", \"second.csv\" = \"DD/MM/YYYY\" }}`"
            ),
            Self::OrdersContradict => "write all dates in one order".to_owned(),
            Self::Currencies | Self::PartlyCurrency => {
                "put the currency into a separate column and convert the amounts".to_owned()
            }
            Self::Codes => return None,
        })
    }
}
