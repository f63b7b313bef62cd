#![no_main]

reidrisk_fuzz::target!(ndjson);
