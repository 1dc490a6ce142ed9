//! Policy for what exists already.
//!
//! | from | where |
//! |---|---|
//! | Terraform's configuration, or its state | [`terraform`] |

pub mod terraform;
