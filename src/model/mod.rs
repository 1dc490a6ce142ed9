//! Values that every other room agrees on. No I/O, no AWS, no HCL.
