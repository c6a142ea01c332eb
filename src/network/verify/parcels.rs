//! Which companies are looked at together: as many as have about so many rows.

use std::ops::RangeInclusive;

use entity::TenantId;
use uuid::Uuid;

/// Rows that are in memory together, unless one company alone has more.
const ROWS: u64 = 1_000_000;

/// Companies from one id to another.
pub(super) type Owners = RangeInclusive<TenantId>;

/// Parts all ids there could be, by how many rows each company has.
pub(super) fn parcels(rows: impl IntoIterator<Item = (TenantId, u64)>) -> Vec<Owners> {
    let mut rows: Vec<_> = rows.into_iter().collect();
    rows.sort_unstable();
    let mut parcels = Vec::new();
    let mut first = TenantId(Uuid::nil());
    let mut sum = 0;
    for (owner, rows) in rows {
        if sum + rows > ROWS && sum > 0 && owner > first {
            parcels.push(first..=TenantId(Uuid::from_u128(owner.0.as_u128() - 1)));
            (first, sum) = (owner, 0);
        }
        sum += rows;
    }
    parcels.push(first..=TenantId(Uuid::max()));
    parcels
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> TenantId {
        TenantId(Uuid::from_u128(number))
    }

    #[test]
    fn every_id_is_in_one_parcel() {
        assert_eq!(parcels([]), [id(0)..=id(u128::MAX)]);
        let rows = [(id(7), ROWS), (id(1), ROWS / 2), (id(3), ROWS / 2), (id(5), 1), (id(9), 3 * ROWS)];
        assert_eq!(parcels(rows), [id(0)..=id(4), id(5)..=id(6), id(7)..=id(8), id(9)..=id(u128::MAX)]);
    }
}
