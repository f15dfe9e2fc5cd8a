namespace Backup.Sql.Repl.Demo;

/// <summary>The bank's books at one time.</summary>
/// <param name="Money">What all accounts hold, in cents.</param>
/// <param name="Opening">What they began with, in cents.</param>
/// <param name="Transfers">Number of transfers.</param>
/// <param name="WrongAccounts">Accounts that do not hold what their transfers say.</param>
internal sealed record Books(long Money, long Opening, long Transfers, long WrongAccounts)
{
    /// <summary>True when no money appeared or went, in the whole and account by account.</summary>
    public bool Agree => Money == Opening && WrongAccounts == 0;

    /// <summary>Reads the row that <see cref="BankSql.Books"/> gives.</summary>
    /// <param name="rows">The rows of the answer.</param>
    public static Books Of(IReadOnlyList<IReadOnlyList<object?>> rows) =>
        rows is [[long money, long opening, long transfers, long wrong]]
            ? new Books(money, opening, transfers, wrong)
            : throw new InvalidOperationException("The books are one row of four numbers.");
}
