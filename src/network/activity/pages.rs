//! Rows of feeds, with their events.
#![expect(
    clippy::disallowed_methods,
    reason = "central store: a page is of a feed that the viewer reaches, and of what is in the viewer's own"
)]

use entity::{Position, TenantId, Timestamp, event, network_activity_feed};
use sea_orm::sea_query::{
    Alias, Condition, Expr, ExprTrait, Func, JoinType, Order, Query, SelectStatement, SimpleExpr,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IdenStatic, QueryFilter, QueryOrder, QuerySelect};

use super::reading::Read;
use super::scans::{Bounds, Scan, Scans};
use crate::bus::contract::Page;
use crate::tenancy::{ROWS_A_STATEMENT, union_all};

/// The rows of a page, newest first, or from the end; up to as many as are to be read for it.
pub(super) async fn read_page(
    db: &impl ConnectionTrait,
    scans: &Scans,
    bounds: Bounds,
    page: &Page<Position>,
) -> Result<Vec<Read>, DbErr> {
    let part = Part {
        scans,
        bounds,
        order: if page.is_from_the_end() { Order::Asc } else { Order::Desc },
        rows: page.rows_to_read(),
    };
    let mut told = told(union_all(scans.ways.iter().map(|scan| part.of(scan))));
    told.order_by((Alias::new(PAGE), Alias::new("position")), part.order.clone()).limit(part.rows);
    read(db, &told).await
}

/// The rows of the events at `positions` in the feed of `owner`.
pub(super) async fn read_at(
    db: &impl ConnectionTrait,
    owner: TenantId,
    positions: &[Position],
) -> Result<Vec<Read>, DbErr> {
    use network_activity_feed::{Column, Entity};
    let mut found = Vec::new();
    for some in positions.chunks(ROWS_A_STATEMENT) {
        let mut rows = Query::select();
        rows.columns([Column::Position, Column::Distance]).from(Entity);
        rows.and_where(Column::OwnerTenantId.eq(owner)).and_where(Column::Position.is_in(some.iter().copied()));
        found.extend(read(db, &told(rows)).await?);
    }
    Ok(found)
}

/// Rows, by the places of their columns: to look for each by its name would take longer than to read it.
async fn read(db: &impl ConnectionTrait, told: &SelectStatement) -> Result<Vec<Read>, DbErr> {
    let rows = db.query_all(told).await?;
    let rows = rows.iter().map(|row| {
        let (position, distance, event_type, source, subject_tenant_id, occurred_at, recorded_at, data) =
            row.try_get_many_by_index()?;
        Ok(Read { position, distance, event_type, source, subject_tenant_id, occurred_at, recorded_at, data })
    });
    rows.collect()
}

/// The position of the first event that was recorded at `instant` or later.
pub(super) async fn first_recorded_from(
    db: &impl ConnectionTrait,
    instant: Timestamp,
) -> Result<Option<Position>, DbErr> {
    let first = event::Entity::find()
        .select_only()
        .column(event::Column::Position)
        .filter(event::Column::RecordedAt.gte(instant))
        .order_by_asc(event::Column::RecordedAt)
        .order_by_asc(event::Column::Position);
    first.into_tuple().one(db).await
}

const PAGE: &str = "page";
const ROW: &str = "network_activity_feed";

/// The events of `rows`, which are positions and distances.
fn told(rows: SelectStatement) -> SelectStatement {
    use event::Column::{Data, EventType, OccurredAt, Position, RecordedAt, Source, SubjectTenantId};
    let of_event = |column: event::Column| Expr::col((event::Entity, column));
    let of_page = |column: &'static str| Expr::col((Alias::new(PAGE), Alias::new(column)));
    let mut told = Query::select();
    told.expr(of_page("position")).expr(of_page("distance")).expr_as(of_event(EventType), Alias::new("event_type"));
    told.exprs([Source, SubjectTenantId, OccurredAt, RecordedAt].map(of_event));
    told.expr_as(Func::cast_as(of_event(Data), "text"), Alias::new("data"));
    told.from_subquery(rows, Alias::new(PAGE));
    told.inner_join(event::Entity, of_event(Position).eq(of_page("position")));
    told
}

/// What each scan has of a page.
struct Part<'s> {
    scans: &'s Scans,
    bounds: Bounds,
    order: Order,
    rows: u64,
}

impl Part<'_> {
    /// What `scan` has of it: positions, and distances in the last feed that is looked into.
    fn of(&self, scan: &Scan) -> SelectStatement {
        use network_activity_feed::Column::{Distance, OwnerTenantId, Position, TypeId};
        let first = |column| of(ROW, column);
        let mut rows = Query::select();
        rows.from(network_activity_feed::Entity);
        let mut last = ROW.to_owned();
        for (number, (owner, scope)) in self.scans.also.iter().enumerate() {
            last = format!("also_{number}");
            let mut same =
                Condition::all().add(of(&last, OwnerTenantId).eq(*owner)).add(of(&last, Position).eq(first(Position)));
            if let Some((least, most)) = scope.distances() {
                same = same.add(of(&last, Distance).between(least, most));
            }
            rows.join_as(JoinType::InnerJoin, network_activity_feed::Entity, Alias::new(&last), same);
        }
        if let Some(subject) = self.scans.subject {
            let its = Expr::col((event::Entity, event::Column::Position)).eq(first(Position));
            rows.inner_join(event::Entity, its);
            rows.and_where(Expr::col((event::Entity, event::Column::SubjectTenantId)).eq(subject));
        }
        rows.expr(first(Position)).expr(of(&last, Distance));
        rows.and_where(first(OwnerTenantId).eq(scan.owner));
        // Numbers in the text, so that the index on what is near is known to have them all.
        rows.and_where_option(scan.distance.map(|distance| first(Distance).eq(Expr::cust(distance.to_string()))));
        rows.and_where_option(scan.type_id.map(|type_id| first(TypeId).eq(type_id)));
        rows.and_where_option(self.scans.types.as_ref().map(|types| first(TypeId).is_in(types.iter().copied())));
        rows.and_where(first(Position).gt(self.bounds.after)).and_where(first(Position).lt(self.bounds.before));
        rows.order_by((Alias::new(ROW), Alias::new(Position.as_str())), self.order.clone()).limit(self.rows);
        if self.scans.ways.len() == 1 {
            return rows;
        }
        // SQLite wants nothing in brackets here but a table.
        let mut wrapped = Query::select();
        wrapped.columns([Alias::new("position"), Alias::new("distance")]).from_subquery(rows, Alias::new("part"));
        wrapped
    }
}

/// A column of the row of this name.
fn of(row: &str, column: network_activity_feed::Column) -> SimpleExpr {
    Expr::col((Alias::new(row), column))
}
