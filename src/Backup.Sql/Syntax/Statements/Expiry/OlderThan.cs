namespace Backup.Sql.Syntax;

/// <summary><c>OLDER THAN t</c>: chains whose newest layer ended before.</summary>
/// <param name="Time">The time.</param>
public sealed record OlderThan(Expression Time) : ExpiryRule;
