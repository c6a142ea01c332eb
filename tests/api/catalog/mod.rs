//! The catalog: what the chain sells, who may sell it, and what it costs whom.

mod access;
mod agreement;
mod lists;
mod memory;
mod prices;
mod products;

use entity::{Role, TenantId};
use serde_json::{Value, json};

use crate::family::Family;
use crate::support::TestDatabase;
use crate::support::app::{Setup, TestApp, id};

/// A running program whose chain sells chairs, lamps and pens. Each company has an owner, who is called as it is.
pub(crate) struct Shop {
    pub(crate) app: TestApp,
    pub(crate) family: Family,
}

impl std::ops::Deref for Shop {
    type Target = TestApp;

    fn deref(&self) -> &TestApp {
        &self.app
    }
}

const ITEM: &str =
    "item { id sku name category cost { amount currency } price { amount currency } marginPercent updatedAt }
    userErrors { code field message }";

impl Shop {
    /// A chair and a stool (Furniture, 10.00 and 5.00), a lamp (Light, 20.00) and a pen (Office, 1.00), all in dollars.
    pub(crate) async fn open(database: TestDatabase) -> Self {
        Self::open_with(database, Setup::default()).await
    }

    /// The same, of a program that is started as `setup` says.
    pub(crate) async fn open_with(database: TestDatabase, setup: Setup) -> Self {
        let app = TestApp::start_with(database, setup).await;
        let family = Family::create(&app).await;
        let companies =
            [("root", family.root), ("parent", family.parent), ("own", family.own), ("child", family.child)];
        let others = [("grandchild", family.grandchild), ("sibling", family.sibling), ("stranger", family.stranger)];
        app.grant(&[companies.as_slice(), &others].concat().into_iter().map(owner).collect::<Vec<_>>()).await;
        let shop = Self { app, family };
        for (sku, name, category, amount) in [
            ("CHAIR", "A chair", "Furniture", "10.00"),
            ("LAMP", "A lamp", "Light", "20.00"),
            ("PEN", "A pen", "Office", "1.00"),
            ("STOOL", "A stool", "Furniture", "5.00"),
        ] {
            accepted(&shop.save("root", sku, name, category, usd(amount)).await);
        }
        shop
    }

    /// What a mutation of `who`'s answers: its payload.
    pub(crate) async fn change(&self, who: &str, field: &str, shown: &str, input: Value) -> Value {
        let kind = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
        let document = format!("mutation ($input: {kind}!) {{ {field}(input: $input) {{ {shown} }} }}");
        self.ask(&self.token(who), &document, json!({ "input": input })).await.at(&format!("/{field}"))
    }

    pub(crate) async fn save(&self, who: &str, sku: &str, name: &str, category: &str, price: Value) -> Value {
        let input = json!({ "sku": sku, "name": name, "category": category, "listPrice": price });
        self.change(who, "saveProduct", ITEM, input).await
    }

    pub(crate) async fn set_price(&self, who: &str, sku: &str, price: Value) -> Value {
        self.change(who, "setPriceOverride", ITEM, json!({ "sku": sku, "price": price })).await
    }

    /// Grants categories, or all where they are null.
    pub(crate) async fn grant_access(&self, who: &str, to: TenantId, categories: Value) -> Value {
        let all = categories.is_null();
        let input = json!({ "resellerId": id(to), "all": all, "categories": categories });
        let shown = "reseller { id catalogAccess { all categories } } userErrors { code field message }";
        self.change(who, "setCatalogAccess", shown, input).await
    }

    /// Sets margins, on top of the settings as they are.
    pub(crate) async fn margins(&self, who: &str, margins: Value) {
        let version = self.ask(&self.token(who), "{ settings { version } }", json!({})).await.at("/settings/version");
        let input = json!({ "version": version, "margins": margins });
        accepted(&self.change(who, "updateSettings", "userErrors { code field message }", input).await);
    }

    /// What `who` pays and takes for it.
    pub(crate) async fn offer(&self, who: &str, sku: &str) -> [String; 2] {
        let document = "query ($sku: String) { catalog(search: $sku) { nodes { sku cost { amount currency } price { amount currency } } } }";
        let nodes = self.ask(&self.token(who), document, json!({ "sku": sku })).await.at("/catalog/nodes");
        let item = nodes.as_array().into_iter().flatten().find(|item| item["sku"] == *sku).expect("it is sold");
        [text(&item["cost"]), text(&item["price"])]
    }

    /// The skus of `who`'s whole catalog.
    pub(crate) async fn sold_by(&self, who: &str) -> Vec<Value> {
        let catalog = self.ask(&self.token(who), "{ catalog { nodes { sku } } }", json!({})).await.at("/catalog/nodes");
        catalog.as_array().into_iter().flatten().map(|item| item["sku"].clone()).collect()
    }
}

fn owner((subject, tenant): (&'static str, TenantId)) -> (&'static str, TenantId, Role) {
    (subject, tenant, Role::Owner)
}

pub(crate) fn usd(amount: &str) -> Value {
    money(amount, "USD")
}

pub(crate) fn money(amount: &str, currency: &str) -> Value {
    json!({ "amount": amount, "currency": currency })
}

/// An amount of the API as a text, without the most usual currency.
fn text(money: &Value) -> String {
    let [amount, currency] = ["amount", "currency"].map(|part| money[part].as_str().expect("a text").to_owned());
    if currency == "USD" { amount } else { format!("{amount} {currency}") }
}

/// Asserts that a mutation did what it was asked.
#[track_caller]
pub(crate) fn accepted(payload: &Value) {
    assert_eq!(payload["userErrors"], json!([]), "{payload:#}");
}

/// The code and the field of the only user error.
#[track_caller]
pub(crate) fn refused(payload: &Value) -> (String, Value) {
    let errors = payload["userErrors"].as_array().expect("a list");
    assert_eq!(errors.len(), 1, "{payload:#}");
    (errors[0]["code"].as_str().expect("a code").to_owned(), errors[0]["field"].clone())
}

/// What [`refused`] answers for a refusal of `code` about `field`; an empty one means the whole.
pub(crate) fn about(code: &str, field: &str) -> (String, Value) {
    let path: Vec<_> = field.split('.').filter(|part| !part.is_empty()).collect();
    (code.to_owned(), if path.is_empty() { Value::Null } else { json!(path) })
}
