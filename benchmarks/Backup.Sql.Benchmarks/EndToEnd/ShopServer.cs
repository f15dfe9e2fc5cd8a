using System.Globalization;
using Npgsql;

namespace Backup.Sql.Benchmarks.EndToEnd;

/// <summary>
/// A PostgreSQL server of the benchmark's own, on loopback and with the settings that it comes with but for the
/// replication level, with the shop in it: the same rows as in the SQLite database, in PostgreSQL's types.
/// </summary>
internal sealed class ShopServer : IDisposable
{
    private const string Schema = """
        CREATE TABLE customers (id integer PRIMARY KEY, name text NOT NULL, email text NOT NULL, city text,
            balance numeric(12, 2), joined date NOT NULL, picture bytea);
        CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer NOT NULL, placed timestamp NOT NULL,
            status text NOT NULL, total numeric(12, 2) NOT NULL, note text);
        CREATE TABLE order_lines (id bigint PRIMARY KEY, order_id integer NOT NULL, product integer NOT NULL,
            quantity integer NOT NULL, price numeric(12, 2) NOT NULL, remark text);
        """;

    private const string Keys = """
        CREATE INDEX orders_by_customer ON orders (customer_id);
        CREATE INDEX lines_by_order ON order_lines (order_id);
        ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers (id);
        ALTER TABLE order_lines ADD FOREIGN KEY (order_id) REFERENCES orders (id);
        VACUUM ANALYZE
        """;

    private const string Change = """
        UPDATE customers SET balance = balance + 1 WHERE id % 100 = 7;
        UPDATE orders SET status = 'returned', total = total + 1 WHERE id % 100 = 7;
        UPDATE order_lines SET quantity = quantity + 1, price = price + 1 WHERE id % 100 = 7
        """;

    private readonly string _script = Path.Combine(AppContext.BaseDirectory, "EndToEnd", "postgres-server.sh");
    private readonly string _directory;
    private readonly Workspace _files;

    private ShopServer(Workspace files, Workspace warm)
    {
        Port = 20_000 + (Environment.ProcessId % 5_000);
        _files = files;
        _directory = files.PathOf("postgres");
        Directory.CreateDirectory(_directory);
        var socket = $"-c unix_socket_directories='{_directory}' -c fsync=on -c shared_buffers=128MB";
        files.Run($"POSTGRES_OPTIONS=\"{socket}\" bash '{_script}' start '{_directory}' {Port}");
        Tools = Directory.EnumerateDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Last() + "/bin";
        Files = files;
        Warm = warm;
    }

    public Workspace Files { get; }

    /// <summary>A workspace whose shop has a few MiB.</summary>
    public Workspace Warm { get; }

    public int Port { get; }

    /// <summary>Where pg_dump and the others are.</summary>
    public string Tools { get; }

    /// <summary>Where the server keeps everything.</summary>
    public string Data => Path.Combine(_directory, "data");

    /// <summary>Where its socket is.</summary>
    public string SocketDirectory => _directory;

    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Username=tester";

    /// <summary>How the server's own programs reach it.</summary>
    public string Address => $"-h 127.0.0.1 -p {Port} -U tester";

    /// <summary>Starts the server and fills it.</summary>
    public static ShopServer Start(Workspace files, Workspace warm)
    {
        var server = new ShopServer(files, warm);
        server.Make(warm);
        server.Make(files);
        return server;
    }

    /// <summary>What the shop of a workspace is called on the server.</summary>
    public string Shop(Workspace files) => files == Warm ? "warm" : "shop";

    /// <summary>The directory in which the server keeps a database.</summary>
    public string DirectoryOf(string database) =>
        Path.Combine(Data, "base", Query($"SELECT oid::text FROM pg_database WHERE datname = '{database}'"));

    /// <summary>Makes a copy of a database, anew.</summary>
    public void Copy(string database, string copy)
    {
        Run(
            "postgres",
            $"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = '{copy}'");
        Drop(copy);
        Run("postgres", $"CREATE DATABASE {copy} TEMPLATE {database} STRATEGY file_copy");
    }

    /// <summary>Changes one row in a hundred of each table, spread evenly.</summary>
    public void ChangeSome(string database) => Run(database, Change);

    public void Drop(string database) => Run("postgres", $"DROP DATABASE IF EXISTS {database} WITH (FORCE)");

    public void Create(string database) => Run("postgres", $"CREATE DATABASE {database} TEMPLATE template0");

    /// <summary>Makes the tables and nothing that helps to find or check their rows.</summary>
    public void MakeTables(string database) => Run(database, Schema);

    public void Dispose() => _files.Run($"bash '{_script}' stop '{_directory}'");

    private void Make(Workspace files)
    {
        var database = Shop(files);
        if (Exists(database))
            return;
        Console.WriteLine($"filling the server's database {database}");
        Drop("filling");
        Create("filling");
        Run("filling", Schema);
        Fill(files.Source);
        Run("filling", [.. Keys.Split(';')]);
        Run("postgres", $"ALTER DATABASE filling RENAME TO {database}", "CHECKPOINT");
    }

    private void Fill(string source)
    {
        using var connection = Open("filling");
        foreach (var table in ShopDatabase.Tables)
        {
            using var rows = connection.BeginTextImport($"COPY {table} FROM STDIN");
            foreach (var line in ShopDatabase.Lines(source, table))
                rows.Write(line + "\n");
        }
    }

    private bool Exists(string database) =>
        Query($"SELECT count(*)::text FROM pg_database WHERE datname = '{database}'") == "1";

    private string Query(string sql)
    {
        using var connection = Open("postgres");
        using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture)!;
    }

    private void Run(string database, params string[] statements)
    {
        using var connection = Open(database);
        foreach (var statement in statements)
        {
            using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = 0 };
            command.ExecuteNonQuery();
        }
    }

    private NpgsqlConnection Open(string database)
    {
        var connection = new NpgsqlConnection($"{ConnectionString};Database={database};Pooling=false");
        connection.Open();
        return connection;
    }
}
