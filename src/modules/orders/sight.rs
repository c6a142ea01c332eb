//! Who sees what of an order: decided here and nowhere else.
//!
//! An order is seen by its placer and by the buyers and sellers of its legs. Each sees the lines and the total at the leg nearest to the
//! placer in which it takes part, so that the placer sees what it pays and all others what they sell for; and of the legs its own alone.

use entity::{OrderId, OrderStatus, TenantId, Timestamp, order, order_line};
use iso_currency::Currency;

use crate::bus::contract::orders::{Leg, Line, Order};
use crate::error::Fault;
use crate::money::{Money, divide_half_even};

/// One hop of an order, with all of its prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hop {
    /// The order.
    pub(super) order: OrderId,
    /// Its place on the way; the first is 0.
    pub(super) number: i32,
    /// Who buys.
    pub(super) buyer: TenantId,
    /// Who sells.
    pub(super) seller: TenantId,
    /// How far it is.
    pub(super) status: OrderStatus,
    /// What the buyer pays the seller.
    pub(super) total: Money,
    /// The price of one, for each line in its order; of an order from a file the lines themselves tell it.
    pub(super) units: Option<Vec<i64>>,
    /// When it was made.
    pub(super) at: Timestamp,
}

impl Hop {
    fn has(&self, company: TenantId) -> bool {
        self.buyer == company || self.seller == company
    }
}

/// Whether `company` takes part in `order`, of which `hops` are at least those that it buys or sells on.
pub(super) fn takes_part(company: TenantId, order: &order::Model, hops: &[Hop]) -> bool {
    order.owner_tenant_id == company || order.holder_tenant_id == company || hops.iter().any(|hop| hop.has(company))
}

/// `order` as `company` sees it; nothing where it does not take part. `lines` are all of them, `hops` at least those that it buys or sells
/// on, from the placer upwards.
pub(super) fn seen_by(
    company: TenantId,
    order: order::Model,
    lines: &[order_line::Model],
    hops: &[Hop],
) -> Result<Option<Order>, Fault> {
    if !takes_part(company, &order, hops) {
        return Ok(None);
    }
    let own: Vec<&Hop> = hops.iter().filter(|hop| hop.has(company)).collect();
    let nearest = own.first();
    let (total, units) = match nearest {
        Some(hop) => (hop.total, hop.units.as_deref()),
        None if order.imported => (amount(&order)?, None),
        None => return Err(Fault::Row(format!("order {} has no leg of {company}", order.id))),
    };
    let lines = lines.iter().enumerate().map(|(place, line)| {
        let unit = units.map(|units| units.get(place).copied().unwrap_or_default());
        line_at(line, unit, total.currency)
    });
    Ok(Some(Order {
        id: order.id,
        status: order.status,
        placed_by: order.owner_tenant_id,
        holder: order.holder_tenant_id,
        placed_at: order.placed_at,
        total,
        lines: lines.collect(),
        legs: own.into_iter().map(leg).collect(),
        reference: order.reference,
    }))
}

/// What the placer pays.
pub(super) fn amount(order: &order::Model) -> Result<Money, Fault> {
    Ok(Money::new(order.amount_minor, currency(&order.currency)?))
}

/// The currency of this code.
pub(super) fn currency(code: &str) -> Result<Currency, Fault> {
    Currency::from_code(code).ok_or_else(|| Fault::Row(format!("{code:?} is no currency")))
}

/// `line` at `unit` minor units for one; without a price of one, the line's own amount is for all.
fn line_at(line: &order_line::Model, unit: Option<i64>, currency: Currency) -> Line {
    let quantity = line.quantity;
    let (unit, amount) = match unit {
        Some(unit) => (unit, unit.saturating_mul(quantity)),
        None => (share(line.amount_minor, quantity), line.amount_minor),
    };
    Line {
        sku: line.sku.clone(),
        name: line.name.clone(),
        quantity,
        unit_price: Money::new(unit, currency),
        amount: Money::new(amount, currency),
    }
}

/// One of `parts` parts of `amount`, rounded half to even.
fn share(amount: i64, parts: i64) -> i64 {
    i64::try_from(divide_half_even(amount.into(), parts.max(1).into())).unwrap_or(amount)
}

fn leg(hop: &Hop) -> Leg {
    Leg { from: hop.buyer, to: hop.seller, status: hop.status, total: hop.total, at: hop.at }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp(0);

    fn dollars(minor: i64) -> Money {
        Money::new(minor, Currency::USD)
    }

    /// Placed by `companies[0]`, passed on by each but the last, at 10 more a piece each hop down.
    fn order(companies: &[TenantId], imported: bool) -> (order::Model, Vec<order_line::Model>, Vec<Hop>) {
        let id = OrderId::generate();
        let (placer, holder) = (companies[0], companies[companies.len() - 1]);
        let order = order::Model {
            id,
            owner_tenant_id: placer,
            reference: "ORD-1".to_owned(),
            imported,
            status: OrderStatus::Forwarded,
            holder_tenant_id: holder,
            currency: "USD".to_owned(),
            amount_minor: 25,
            placed_at: AT,
            delivered_at: None,
            updated_at: AT,
        };
        let line = order_line::Model {
            owner_tenant_id: placer,
            order_id: id,
            number: 1,
            sku: "A".to_owned(),
            name: "A thing".to_owned(),
            quantity: 2,
            amount_minor: 25,
        };
        let hops = companies.windows(2).zip((0_i32..).zip([90_i64, 80, 70, 60])).map(|(pair, (number, unit))| Hop {
            order: id,
            number,
            buyer: pair[0],
            seller: pair[1],
            status: OrderStatus::Placed,
            total: if imported { dollars(25) } else { dollars(2 * unit) },
            units: (!imported).then(|| vec![unit]),
            at: AT,
        });
        (order, vec![line], hops.collect())
    }

    fn companies<const N: usize>() -> [TenantId; N] {
        std::array::from_fn(|_| TenantId::generate())
    }

    #[test]
    fn each_company_sees_its_own_legs_at_the_price_nearest_to_the_placer() {
        let all: [TenantId; 4] = companies();
        let (row, lines, hops) = order(&all, false);
        let seen = |company| seen_by(company, row.clone(), &lines, &hops).expect("good rows").expect("it takes part");
        let totals = |order: &Order| order.legs.iter().map(|leg| leg.total).collect::<Vec<_>>();

        let placer = seen(all[0]);
        assert_eq!((placer.total, totals(&placer)), (dollars(180), vec![dollars(180)]));
        let first = seen(all[1]);
        assert_eq!((first.total, totals(&first)), (dollars(180), vec![dollars(180), dollars(160)]));
        let second = seen(all[2]);
        assert_eq!((second.total, totals(&second)), (dollars(160), vec![dollars(160), dollars(140)]));
        assert_eq!((second.lines[0].unit_price, second.lines[0].amount), (dollars(80), dollars(160)));
        let root = seen(all[3]);
        assert_eq!((root.total, totals(&root)), (dollars(140), vec![dollars(140)]));
    }

    #[test]
    fn who_takes_no_part_sees_nothing() {
        let all: [TenantId; 3] = companies();
        let (row, lines, hops) = order(&all, false);
        assert_eq!(seen_by(TenantId::generate(), row, &lines, &hops).expect("good rows"), None);
    }

    #[test]
    fn an_imported_order_costs_the_same_on_every_leg() {
        let all: [TenantId; 3] = companies();
        let (row, lines, hops) = order(&all, true);
        for company in all {
            let order = seen_by(company, row.clone(), &lines, &hops).expect("good rows").expect("it takes part");
            assert_eq!(order.total, dollars(25));
            assert_eq!((order.lines[0].unit_price, order.lines[0].amount), (dollars(12), dollars(25)), "12.5 to even");
        }
    }
}
