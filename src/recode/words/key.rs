//! Numbers, keys and the papers that they number.

/// Words that make an identifier of a subject word.
pub(in crate::recode) const IDENTIFIER: [&str; 30] = [
    "id",
    "ids",
    "no",
    "nr",
    "nummer",
    "number",
    "num",
    "numero",
    "cislo",
    "key",
    "code",
    "hash",
    "token",
    "ref",
    "uid",
    "uuid",
    "guid",
    "pseudonym",
    "identifier",
    "n",
    "codigo",
    "codice",
    "numer",
    "numeru",
    "broj",
    "szam",
    "identifiant",
    "identificador",
    "identificativo",
    "kod",
];

/// Words for a number that somebody gave.
pub(in crate::recode) const NUMBER: [&str; 12] =
    ["number", "no", "nr", "num", "numero", "nummer", "cislo", "numer", "n", "numeru", "broj", "szam"];

/// Words of a key that a machine made and nobody outside knows.
pub(in crate::recode) const MACHINE_KEY: [&str; 12] =
    ["id", "ids", "key", "hash", "token", "uid", "uuid", "guid", "pseudonym", "identifier", "pseudo", "anon"];

/// Words for a single payment or paper, an identifier of which names a record and no person.
pub(in crate::recode) const RECORD: [&str; 30] = [
    "transaction",
    "txn",
    "trans",
    "trx",
    "tx",
    "transfer",
    "payment",
    "invoice",
    "receipt",
    "order",
    "reference",
    "ref",
    "trace",
    "document",
    "booking",
    "entry",
    "statement",
    "voucher",
    "ticket",
    "authorization",
    "authorisation",
    "refund",
    "charge",
    "payout",
    "referenz",
    "referens",
    "referencia",
    "riferimento",
    "rechnung",
    "beleg",
];
