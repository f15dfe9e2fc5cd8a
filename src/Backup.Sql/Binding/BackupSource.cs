using Backup.Sql.Catalog;

namespace Backup.Sql.Binding;

/// <summary>What a backup takes from one engine.</summary>
/// <param name="Engine">The engine's registered name.</param>
/// <param name="Scope">What is covered of it.</param>
internal sealed record BackupSource(string Engine, BackupScope Scope);
