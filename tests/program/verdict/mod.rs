//! What a PASS rests on: cases with their right answer, kinds of dirt and odd configurations, and laws held against a
//! judge that counts the slow way and shares nothing with the program.

mod cases;
mod gates;
mod judge;
mod judge_itself;
mod judged;
mod kinds_cells;
mod kinds_columns;
mod kinds_events;
mod kinds_policy;
mod kinds_subject;
mod laws;
mod linkage;
mod linkage_laws;
mod plans;
mod program;
mod roads;
mod secrets;
mod tables;
mod worlds;
