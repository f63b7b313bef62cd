#![no_main]

reidrisk_fuzz::target!(waivers);
