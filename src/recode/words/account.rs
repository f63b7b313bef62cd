//! Accounts and cards, a number of which names its holder outright.

/// Words for a bank account.
pub(in crate::recode) const ACCOUNT: [&str; 19] = [
    "account", "acct", "konto", "compte", "cuenta", "conto", "conta", "rekening", "rachunek", "ucet", "uctu", "konta",
    "rachunku", "tili", "tilin", "szamla", "kontot", "kontos", "hesap",
];

/// Words for a payment card.
pub(in crate::recode) const CARD: [&str; 10] =
    ["card", "karte", "karty", "karta", "carte", "tarjeta", "carta", "kort", "kaart", "cartao"];
