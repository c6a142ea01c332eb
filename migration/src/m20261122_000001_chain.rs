//! The chain, its people, and the log.

use sea_orm_migration::prelude::*;

/// The first schema.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Tenants {
    Table,
    Id,
    ParentId,
    Name,
    Slug,
    ExternalId,
    Status,
    Currency,
    JoinedAt,
    CreatedAt,
}

#[derive(DeriveIden)]
enum TenantNames {
    Table,
    Name,
    TenantId,
}

#[derive(DeriveIden)]
enum FormerParents {
    Table,
    TenantId,
    Until,
    ParentId,
}

#[derive(DeriveIden)]
enum Freezes {
    Table,
    Id,
    OwnerTenantId,
    PlacedByTenantId,
    Reason,
    FrozenAt,
}

#[derive(DeriveIden)]
enum Persons {
    Table,
    Id,
    Issuer,
    Subject,
    Email,
    CreatedAt,
}

#[derive(DeriveIden)]
enum Memberships {
    Table,
    Id,
    OwnerTenantId,
    PersonId,
    Role,
    CreatedAt,
}

#[derive(DeriveIden)]
enum Events {
    Table,
    Position,
    Source,
    EventId,
    Type,
    SubjectTenantId,
    ActorTenantId,
    ActorPersonId,
    OccurredAt,
    RecordedAt,
    Data,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_tenants(manager).await?;
        create_freezes(manager).await?;
        create_people(manager).await?;
        create_log(manager).await
    }
}

async fn create_tenants(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let tenants = Table::create()
        .table(Tenants::Table)
        .col(ColumnDef::new(Tenants::Id).uuid().not_null().primary_key())
        .col(ColumnDef::new(Tenants::ParentId).uuid())
        .col(ColumnDef::new(Tenants::Name).text().not_null())
        .col(ColumnDef::new(Tenants::Slug).text().not_null())
        .col(ColumnDef::new(Tenants::ExternalId).text())
        .col(ColumnDef::new(Tenants::Status).text().not_null())
        .col(ColumnDef::new(Tenants::Currency).text().not_null())
        .col(ColumnDef::new(Tenants::JoinedAt).big_integer().not_null())
        .col(ColumnDef::new(Tenants::CreatedAt).big_integer().not_null())
        .foreign_key(ForeignKey::create().from(Tenants::Table, Tenants::ParentId).to(Tenants::Table, Tenants::Id))
        .to_owned();
    manager.create_table(tenants).await?;
    let parent = Index::create().name("tenants_parent").table(Tenants::Table).col(Tenants::ParentId).to_owned();
    manager.create_index(parent).await?;
    // One database holds one chain: the condition is true for a root alone, so that a second root breaks the uniqueness.
    let one_root = "CREATE UNIQUE INDEX tenants_one_root ON tenants ((parent_id IS NULL)) WHERE parent_id IS NULL";
    manager.get_connection().execute_unprepared(one_root).await?;

    let names = Table::create()
        .table(TenantNames::Table)
        .col(ColumnDef::new(TenantNames::Name).text().not_null().primary_key())
        .col(ColumnDef::new(TenantNames::TenantId).uuid().not_null())
        .foreign_key(
            ForeignKey::create().from(TenantNames::Table, TenantNames::TenantId).to(Tenants::Table, Tenants::Id),
        )
        .to_owned();
    manager.create_table(names).await?;

    let former_parents = Table::create()
        .table(FormerParents::Table)
        .col(ColumnDef::new(FormerParents::TenantId).uuid().not_null())
        .col(ColumnDef::new(FormerParents::Until).big_integer().not_null())
        .col(ColumnDef::new(FormerParents::ParentId).uuid().not_null())
        .primary_key(Index::create().col(FormerParents::TenantId).col(FormerParents::Until))
        .foreign_key(
            ForeignKey::create().from(FormerParents::Table, FormerParents::TenantId).to(Tenants::Table, Tenants::Id),
        )
        .foreign_key(
            ForeignKey::create().from(FormerParents::Table, FormerParents::ParentId).to(Tenants::Table, Tenants::Id),
        )
        .to_owned();
    manager.create_table(former_parents).await?;
    let last_move =
        Index::create().name("former_parents_until").table(FormerParents::Table).col(FormerParents::Until).to_owned();
    manager.create_index(last_move).await
}

async fn create_freezes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let freezes = Table::create()
        .table(Freezes::Table)
        .col(ColumnDef::new(Freezes::Id).uuid().not_null().primary_key())
        .col(ColumnDef::new(Freezes::OwnerTenantId).uuid().not_null())
        .col(ColumnDef::new(Freezes::PlacedByTenantId).uuid().not_null())
        .col(ColumnDef::new(Freezes::Reason).text().not_null())
        .col(ColumnDef::new(Freezes::FrozenAt).big_integer().not_null())
        .foreign_key(ForeignKey::create().from(Freezes::Table, Freezes::OwnerTenantId).to(Tenants::Table, Tenants::Id))
        .foreign_key(
            ForeignKey::create().from(Freezes::Table, Freezes::PlacedByTenantId).to(Tenants::Table, Tenants::Id),
        )
        .to_owned();
    manager.create_table(freezes).await?;
    let one_for_each_placer = Index::create()
        .name("freezes_owner_placer")
        .table(Freezes::Table)
        .col(Freezes::OwnerTenantId)
        .col(Freezes::PlacedByTenantId)
        .unique()
        .to_owned();
    manager.create_index(one_for_each_placer).await
}

async fn create_people(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let persons = Table::create()
        .table(Persons::Table)
        .col(ColumnDef::new(Persons::Id).uuid().not_null().primary_key())
        .col(ColumnDef::new(Persons::Issuer).text().not_null())
        .col(ColumnDef::new(Persons::Subject).text().not_null())
        .col(ColumnDef::new(Persons::Email).text())
        .col(ColumnDef::new(Persons::CreatedAt).big_integer().not_null())
        .to_owned();
    manager.create_table(persons).await?;

    let memberships = Table::create()
        .table(Memberships::Table)
        .col(ColumnDef::new(Memberships::Id).uuid().not_null().primary_key())
        .col(ColumnDef::new(Memberships::OwnerTenantId).uuid().not_null())
        .col(ColumnDef::new(Memberships::PersonId).uuid().not_null())
        .col(ColumnDef::new(Memberships::Role).text().not_null())
        .col(ColumnDef::new(Memberships::CreatedAt).big_integer().not_null())
        .foreign_key(
            ForeignKey::create().from(Memberships::Table, Memberships::OwnerTenantId).to(Tenants::Table, Tenants::Id),
        )
        .foreign_key(
            ForeignKey::create().from(Memberships::Table, Memberships::PersonId).to(Persons::Table, Persons::Id),
        )
        .to_owned();
    manager.create_table(memberships).await?;
    let once = Index::create()
        .name("memberships_owner_person")
        .table(Memberships::Table)
        .col(Memberships::OwnerTenantId)
        .col(Memberships::PersonId)
        .unique()
        .to_owned();
    manager.create_index(once).await?;
    let person =
        Index::create().name("memberships_person").table(Memberships::Table).col(Memberships::PersonId).to_owned();
    manager.create_index(person).await
}

async fn create_log(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let events = Table::create()
        .table(Events::Table)
        .col(ColumnDef::new(Events::Position).big_integer().not_null().auto_increment().primary_key())
        .col(ColumnDef::new(Events::Source).text().not_null())
        .col(ColumnDef::new(Events::EventId).text().not_null())
        .col(ColumnDef::new(Events::Type).text().not_null())
        .col(ColumnDef::new(Events::SubjectTenantId).uuid())
        .col(ColumnDef::new(Events::ActorTenantId).uuid())
        .col(ColumnDef::new(Events::ActorPersonId).uuid())
        .col(ColumnDef::new(Events::OccurredAt).big_integer().not_null())
        .col(ColumnDef::new(Events::RecordedAt).big_integer().not_null())
        .col(ColumnDef::new(Events::Data).json_binary().not_null())
        .to_owned();
    manager.create_table(events).await?;
    let once = Index::create()
        .name("events_source_id")
        .table(Events::Table)
        .col(Events::Source)
        .col(Events::EventId)
        .unique()
        .to_owned();
    manager.create_index(once).await
}
