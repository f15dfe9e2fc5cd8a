using System.Globalization;
using System.Text;
using SQLitePCL;

namespace Backup.Sql.Benchmarks.EndToEnd;

/// <summary>
/// Makes the database that is backed up: customers, their orders, the orders' lines, about 130 bytes per row with the
/// two indexes. The same size gives the same bytes on every machine.
/// </summary>
internal sealed class ShopDatabase : IDisposable
{
    private const int CustomersPerMebibyte = 400;
    private const int OrdersBetweenLooks = 2000;
    private const int MostLines = 5;

    private const string Schema = """
        PRAGMA page_size=4096;
        PRAGMA journal_mode=WAL;
        PRAGMA synchronous=OFF;
        PRAGMA cache_size=-262144;
        CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, city TEXT, balance REAL,
            joined TEXT NOT NULL, picture BLOB);
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id),
            placed TEXT NOT NULL, status TEXT NOT NULL, total REAL NOT NULL, note TEXT);
        CREATE TABLE order_lines (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id),
            product INTEGER NOT NULL, quantity INTEGER NOT NULL, price REAL NOT NULL, remark TEXT);
        CREATE INDEX orders_by_customer ON orders (customer_id);
        CREATE INDEX lines_by_order ON order_lines (order_id);
        """;

    private static readonly string[] Words = LoadWords();

    // No text of the shop holds a character that the format escapes.
    private static readonly Dictionary<string, string> FieldsOf = new()
    {
        ["customers"] = "id, name, email, ifnull(city, '\\N'), printf('%.2f', balance), joined, '\\\\x' || hex(picture)",
        ["orders"] = "id, customer_id, placed, status, printf('%.2f', total), ifnull(note, '\\N')",
        ["order_lines"] = "id, order_id, product, quantity, printf('%.2f', price), ifnull(remark, '\\N')",
    };

    private readonly sqlite3 _connection;
    private readonly List<sqlite3_stmt> _statements = [];
    private ulong _state;

    private ShopDatabase(string path, ulong seed)
    {
        _state = seed;
        Check(raw.sqlite3_open(path, out _connection));
    }

    /// <summary>The tables, each after those that it refers to.</summary>
    public static IReadOnlyList<string> Tables { get; } = ["customers", "orders", "order_lines"];

    /// <summary>Makes a database of about the given size; its write-ahead log is empty afterwards.</summary>
    public static void Create(string path, int mebibytes)
    {
        using var shop = new ShopDatabase(path, seed: 20);
        shop.Execute(Schema);
        shop.Execute("BEGIN");
        shop.Fill(mebibytes);
        shop.Execute("COMMIT");
        shop.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    /// <summary>Changes one row in a hundred of each table.</summary>
    /// <param name="path">The database.</param>
    /// <param name="newest">The share of the changes that fall into the newest 5 % of the rows; the others fall anywhere.</param>
    public static void Change(string path, double newest)
    {
        using var shop = new ShopDatabase(path, seed: 21);
        shop.Execute("PRAGMA synchronous=OFF");
        shop.Execute("BEGIN");
        shop.Change("customers", "UPDATE customers SET balance = ?2 WHERE id = ?1", newest);
        shop.Change("orders", "UPDATE orders SET status = 'returned', total = ?2 WHERE id = ?1", newest);
        shop.Change("order_lines", "UPDATE order_lines SET quantity = quantity + 1, price = ?2 WHERE id = ?1", newest);
        shop.Execute("COMMIT");
        shop.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    /// <summary>The rows of a table as lines of PostgreSQL's text format of COPY.</summary>
    /// <param name="path">The database.</param>
    /// <param name="table">One of <see cref="Tables"/>.</param>
    public static IEnumerable<string> Lines(string path, string table)
    {
        using var shop = new ShopDatabase(path, seed: 0);
        var rows = shop.Prepare($"SELECT {FieldsOf[table]} FROM {table} ORDER BY id");
        while (raw.sqlite3_step(rows) == raw.SQLITE_ROW)
        {
            var fields = Enumerable.Range(0, raw.sqlite3_column_count(rows)).Select(i => raw.sqlite3_column_text(rows, i).utf8_to_string());
            yield return string.Join('\t', fields);
        }
    }

    public void Dispose()
    {
        foreach (var statement in _statements)
            statement.Dispose();
        _connection.Dispose();
    }

    private void Fill(int mebibytes)
    {
        var customers = mebibytes * CustomersPerMebibyte;
        var customer = Prepare("INSERT INTO customers VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
        for (var id = 1; id <= customers; id++)
            AddCustomer(customer, id);
        var order = Prepare("INSERT INTO orders VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
        var line = Prepare("INSERT INTO order_lines VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
        var pages = Prepare("PRAGMA page_count");
        var lines = 0L;
        for (var id = 1; id % OrdersBetweenLooks != 0 || Query(pages) * 4096 < (long)mebibytes << 20; id++)
            AddOrder(order, line, id, customers, ref lines);
    }

    private void AddCustomer(sqlite3_stmt insert, int id)
    {
        var (first, last) = (Word(), Word());
        raw.sqlite3_bind_int64(insert, 1, id);
        raw.sqlite3_bind_text(insert, 2, $"{first} {last}");
        raw.sqlite3_bind_text(insert, 3, $"{first}.{last}{id}@example.org");
        if (Below(10) > 0)
            raw.sqlite3_bind_text(insert, 4, Word());
        else
            raw.sqlite3_bind_null(insert, 4);
        raw.sqlite3_bind_double(insert, 5, Below(1_000_000) / 100.0);
        raw.sqlite3_bind_text(insert, 6, Day(id));
        Span<byte> picture = stackalloc byte[48];
        for (var i = 0; i < picture.Length; i++)
            picture[i] = (byte)Next();
        raw.sqlite3_bind_blob(insert, 7, picture[..Below(picture.Length)]);
        Run(insert);
    }

    private void AddOrder(sqlite3_stmt order, sqlite3_stmt line, int id, int customers, ref long lines)
    {
        raw.sqlite3_bind_int64(order, 1, id);
        raw.sqlite3_bind_int64(order, 2, 1 + Below(customers));
        raw.sqlite3_bind_text(order, 3, $"{Day(id / 40)} {Below(24):D2}:{Below(60):D2}:{Below(60):D2}");
        raw.sqlite3_bind_text(order, 4, (Below(5) switch { 0 => "open", 1 => "paid", _ => "shipped" }));
        raw.sqlite3_bind_double(order, 5, Below(10_000_000) / 100.0);
        if (Below(4) == 0)
            raw.sqlite3_bind_text(order, 6, Sentence(3 + Below(8)));
        else
            raw.sqlite3_bind_null(order, 6);
        Run(order);
        for (var count = 1 + Below(MostLines); count > 0; count--)
            AddLine(line, ++lines, id);
    }

    private void AddLine(sqlite3_stmt insert, long id, int order)
    {
        raw.sqlite3_bind_int64(insert, 1, id);
        raw.sqlite3_bind_int64(insert, 2, order);
        raw.sqlite3_bind_int64(insert, 3, 1 + Below(50_000));
        raw.sqlite3_bind_int64(insert, 4, 1 + Below(20));
        raw.sqlite3_bind_double(insert, 5, Below(1_000_000) / 100.0);
        raw.sqlite3_bind_text(insert, 6, Sentence(5 + Below(12)));
        Run(insert);
    }

    private void Change(string table, string sql, double newest)
    {
        var rows = Query(Prepare($"SELECT max(id) FROM {table}"));
        var update = Prepare(sql);
        for (var count = rows / 100; count > 0; count--)
        {
            var id = Below(1000) < newest * 1000 ? rows - Below((int)(rows / 20)) : 1 + Below((int)rows);
            raw.sqlite3_bind_int64(update, 1, id);
            raw.sqlite3_bind_double(update, 2, Below(1_000_000) / 100.0);
            Run(update);
        }
    }

    // SplitMix64: small, and the same everywhere.
    private ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    private int Below(int limit) => (int)(Next() % (ulong)limit);

    private string Word() => Words[Below(Words.Length)];

    private string Sentence(int words)
    {
        var text = new StringBuilder(Word());
        while (--words > 0)
            text.Append(' ').Append(Word());
        return text.ToString();
    }

    private static string Day(int number) =>
        new DateOnly(2015, 1, 1).AddDays(number % 4000).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    // Some two thousand words out of syllables.
    private static string[] LoadWords()
    {
        string[] starts = ["ba", "co", "de", "fi", "gu", "ha", "jo", "ka", "le", "mi", "no", "pe", "qua", "ri", "so", "tu"];
        string[] ends = ["ber", "ck", "dan", "f", "gle", "l", "man", "n", "rt", "st", "ting", "x"];
        return [.. from a in starts from b in starts.Take(11) from c in ends select a + b + c];
    }

    private void Execute(string sql) => Check(raw.sqlite3_exec(_connection, sql));

    private sqlite3_stmt Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_connection, sql, out var statement));
        _statements.Add(statement);
        return statement;
    }

    private void Run(sqlite3_stmt statement)
    {
        raw.sqlite3_step(statement);
        Check(raw.sqlite3_reset(statement));
    }

    private long Query(sqlite3_stmt statement)
    {
        raw.sqlite3_step(statement);
        var value = raw.sqlite3_column_int64(statement, 0);
        Check(raw.sqlite3_reset(statement));
        return value;
    }

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            throw new InvalidOperationException(raw.sqlite3_errmsg(_connection).utf8_to_string());
    }
}
