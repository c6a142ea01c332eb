//! Moving an order on.
