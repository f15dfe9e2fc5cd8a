namespace Backup.Sql.Repl.Demo;

/// <summary>
/// The bank of the demo, in SQLite's SQL. Amounts are whole cents and every figure is computed from row numbers, so
/// that each run makes the same bank. A trigger books each transfer, so that no statement can leave the books open.
/// </summary>
internal static class BankSql
{
    /// <summary>Tables and opening balances: 20 000 customers, 50 000 accounts, 250 000 transfers.</summary>
    public static IReadOnlyList<string> Make { get; } =
    [
        """
        CREATE TABLE customers (
          id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL, since TEXT NOT NULL)
        """,
        """
        CREATE TABLE accounts (
          id INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customers,
          opening INTEGER NOT NULL, balance INTEGER NOT NULL)
        """,
        """
        CREATE TABLE transfers (
          id INTEGER PRIMARY KEY, source INTEGER NOT NULL REFERENCES accounts,
          target INTEGER NOT NULL REFERENCES accounts, amount INTEGER NOT NULL CHECK (amount > 0),
          booked TEXT NOT NULL, purpose TEXT NOT NULL)
        """,
        """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
        INSERT INTO customers SELECT i, 'Customer ' || (100000 + i * 7919 % 900000),
          CASE i % 4 WHEN 0 THEN 'Bergen' WHEN 1 THEN 'Porto' WHEN 2 THEN 'Osaka' ELSE 'Quito' END,
          date('2001-01-01', (i % 9000) || ' days') FROM n
        """,
        """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
        INSERT INTO accounts SELECT i, 1 + i * 31 % 20000, 10000 + i * 7907 % 900000, 10000 + i * 7907 % 900000 FROM n
        """,
        """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250000)
        INSERT INTO transfers SELECT i, 1 + i * 7919 % 50000, 1 + (i * 7919 + 1 + i % 49998) % 50000,
          1 + i * 104729 % 25000, datetime('2024-01-01', (i * 3) || ' minutes'),
          'Invoice ' || (100000 + i * 17 % 900000) FROM n
        """,
        "CREATE INDEX transfers_by_source ON transfers (source, amount)",
        "CREATE INDEX transfers_by_target ON transfers (target, amount)",
        """
        UPDATE accounts SET balance = opening
          + (SELECT coalesce(sum(amount), 0) FROM transfers WHERE target = accounts.id)
          - (SELECT coalesce(sum(amount), 0) FROM transfers WHERE source = accounts.id)
        """,
        """
        CREATE TRIGGER book AFTER INSERT ON transfers BEGIN
          UPDATE accounts SET balance = balance - NEW.amount WHERE id = NEW.source;
          UPDATE accounts SET balance = balance + NEW.amount WHERE id = NEW.target;
        END
        """,
    ];

    /// <summary>A day of business: 2 000 transfers among the newest accounts, 10 new customers.</summary>
    public static IReadOnlyList<string> Day { get; } =
    [
        """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
        INSERT INTO transfers SELECT 250000 + i, 49001 + i * 7 % 1000, 49001 + (i * 7 + 1 + i % 998) % 1000, 100 + i,
          datetime('2026-11-20', (i * 20) || ' seconds'), 'Card payment' FROM n
        """,
        """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10)
        INSERT INTO customers SELECT 20000 + i, 'Newcomer ' || i, 'Porto', '2026-11-20' FROM n
        """,
    ];

    /// <summary>
    /// The books in one row: what the accounts hold, what they began with, how many transfers there are, and how many
    /// accounts do not hold what their transfers say.
    /// </summary>
    public const string Books = """
        SELECT sum(balance) AS money, sum(opening) AS opening, (SELECT count(*) FROM transfers) AS transfers,
          sum(balance <> opening
            + (SELECT coalesce(sum(amount), 0) FROM transfers WHERE target = accounts.id)
            - (SELECT coalesce(sum(amount), 0) FROM transfers WHERE source = accounts.id)) AS wrong_accounts
        FROM accounts
        """;
}
