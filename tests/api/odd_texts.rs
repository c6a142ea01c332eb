//! Texts that PostgreSQL cannot hold: refused everywhere, and no failure of a module.

use entity::OrderStatus;
use reseller_network::bus::contract::catalog::{NewProduct, PriceOverride, SaveProduct, SetPriceOverride};
use reseller_network::bus::contract::finance::Payment;
use reseller_network::bus::contract::orders::{Advance, NewOrder, Step};

use crate::support::market::{Market, admin, dollars, key, order, refused};
use crate::support::{TestDatabase, on_both_databases};

on_both_databases!(a_nul_is_refused_and_opens_no_breaker);

const NUL: &str = "a\0b";

async fn a_nul_is_refused_and_opens_no_breaker(database: TestDatabase) {
    let market = Market::open(database).await;
    let [root, placer] = market.line().await;
    let placed = market.place(placer, &[("mug", 1)]).await;
    let nul = || NUL.to_owned();
    for _ in 0..6 {
        let mug = || order(&[("mug", 1)]);
        refused(market.try_place(admin(placer), order(&[(NUL, 1)])).await);
        refused(market.try_place(admin(placer), NewOrder { reference: Some(nul()), ..mug() }).await);
        refused(market.try_place(admin(placer), NewOrder { idempotency_key: nul(), ..mug() }).await);
        let step = Step { id: placed, to: OrderStatus::Confirmed, note: Some(nul()) };
        refused(market.bus().call::<Advance>(admin(root), step).await);
        let payment = || Payment { from: placer, amount: dollars(1), reference: None, idempotency_key: key() };
        refused(market.try_pay(admin(root), Payment { reference: Some(nul()), ..payment() }).await);
        refused(market.try_pay(admin(root), Payment { idempotency_key: nul(), ..payment() }).await);
        let price = PriceOverride { sku: nul(), price: Some(dollars(1)) };
        refused(market.bus().call::<SetPriceOverride>(admin(placer), price).await);
        for part in 0..3 {
            let text = |at: i32| if at == part { nul() } else { "text".to_owned() };
            let product = NewProduct { sku: text(0), name: text(1), category: text(2), list_price: dollars(1) };
            refused(market.bus().call::<SaveProduct>(admin(root), product).await);
        }
    }
    for alias in market.bus().aliases() {
        assert_eq!((alias.health.available, alias.health.last_error), (true, None), "{}", alias.registration.name);
    }
}
