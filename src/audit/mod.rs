//! What an auditor asks beyond what protects each thing: whether what was promised of it is kept. Pure: the same input gives the same answer.

mod mechanisms;
pub mod promises;
