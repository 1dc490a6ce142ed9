//! What an auditor asks beyond what protects each thing: whether what was promised of it is kept, and whether controls hold. Pure: the same
//! input gives the same answer.

pub mod calendar;
mod checks;
pub mod controls;
mod estate;
pub mod library;
mod mechanisms;
pub mod promises;
mod roles;
mod shown;
mod thing;
mod told;
pub mod trial;
