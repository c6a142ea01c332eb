//! The legs of orders that came from files: no rows, but the way up that the placer had when it placed them.
#![expect(clippy::disallowed_methods, reason = "central store: the upline of a day, of several placers at once")]

use std::collections::HashMap;

use entity::{OrderId, OrderStatus, TenantId, order};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement};

use super::sight::{Hop, amount};
use crate::error::Fault;
use crate::tenancy::ROWS_A_STATEMENT;

/// One step of an order's way.
#[derive(Debug, FromQueryResult)]
struct Step {
    order_id: OrderId,
    hop: i32,
    buyer: TenantId,
    seller: TenantId,
}

/// The legs of `orders`, all of which were imported: along the upline of the day on which each was placed, from the placer up to the
/// holder, each with the order's amount. Those of one order together, from the placer upwards. Of one whose holder was not on that upline,
/// the first alone.
pub(super) async fn hops(db: &impl ConnectionTrait, orders: &[order::Model]) -> Result<Vec<Hop>, Fault> {
    let mut hops = Vec::new();
    for orders in orders.chunks(ROWS_A_STATEMENT) {
        let by_id: HashMap<OrderId, &order::Model> = orders.iter().map(|order| (order.id, order)).collect();
        for steps in steps(db, orders).await?.chunk_by(|one, next| one.order_id == next.order_id) {
            let (Some(first), Some(last)) = (steps.first(), steps.last()) else { continue };
            let order = by_id.get(&first.order_id).ok_or_else(|| Fault::Row(format!("no order {}", first.order_id)))?;
            // Where it was passed on past companies that were moved since, nobody but the first is known to have had it.
            let reached = if last.seller == order.holder_tenant_id { steps } else { std::slice::from_ref(first) };
            for step in reached {
                hops.push(hop(order, step, step.seller == order.holder_tenant_id)?);
            }
        }
    }
    Ok(hops)
}

fn hop(order: &order::Model, step: &Step, is_last: bool) -> Result<Hop, Fault> {
    // Before the order is confirmed each leg but the last was passed on; from then on all of them go with the order.
    let passed_on = order.status < OrderStatus::Confirmed && !is_last;
    Ok(Hop {
        order: order.id,
        number: step.hop,
        buyer: step.buyer,
        seller: step.seller,
        status: if passed_on { OrderStatus::Forwarded } else { order.status },
        total: amount(order)?,
        units: None,
        at: order.placed_at,
    })
}

async fn steps(db: &impl ConnectionTrait, orders: &[order::Model]) -> Result<Vec<Step>, DbErr> {
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let ids = (1..=orders.len()).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ");
    let parent = |tenant: &str| {
        format!(
            "coalesce((SELECT former.parent_id FROM former_parents former \
             WHERE former.tenant_id = {tenant} AND former.until > placed_at ORDER BY former.until LIMIT 1), \
             (SELECT company.parent_id FROM tenants company WHERE company.id = {tenant}))"
        )
    };
    let (first, next) = (parent("owner_tenant_id"), parent("seller"));
    let ways = format!(
        "WITH RECURSIVE way (order_id, placed_at, holder, hop, buyer, seller) AS ( \
           SELECT id, placed_at, holder_tenant_id, 0, owner_tenant_id, {first} FROM \"orders\" WHERE id IN ({ids}) \
           UNION ALL \
           SELECT order_id, placed_at, holder, hop + 1, seller, {next} FROM way WHERE seller <> holder AND hop < 100000 \
         ) SELECT order_id, hop, buyer, seller FROM way WHERE seller IS NOT NULL ORDER BY order_id, hop"
    );
    let ids = orders.iter().map(|order| order.id.into());
    Step::find_by_statement(Statement::from_sql_and_values(db.get_database_backend(), ways, ids)).all(db).await
}
