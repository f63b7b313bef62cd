#![no_main]

reidrisk_fuzz::target!(hierarchy);
