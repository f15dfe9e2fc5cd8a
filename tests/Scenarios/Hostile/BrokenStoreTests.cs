using Backup.Sql.Diagnostics;
using Backup.Sql.Scenarios.Fixture;
using Backup.Sql.Storage;

namespace Backup.Sql.Scenarios.Hostile;

/// <summary>
/// A store of the host's that throws whatever it likes, or gives nothing where its contract wants something: what the user
/// sees is an error of the library with code and hint, and what was thrown is its cause.
/// </summary>
public sealed class BrokenStoreTests
{
    private static readonly string[] Statements =
    [
        "BACKUP DATABASE shop INTO 'mem://depot'",
        "BACKUP DATABASE shop INTO LATEST IN 'mem://depot'",
        "SHOW BACKUPS IN 'mem://depot'",
        "SHOW BACKUP FROM LATEST IN 'mem://depot' WITH check_files",
        "SHOW BACKUP VALIDATE FROM LATEST IN 'mem://depot'",
        "EXPLAIN RESTORE DATABASE shop FROM LATEST IN 'mem://depot' WITH new_db_name = 'proof'",
        "RESTORE DATABASE shop FROM LATEST IN 'mem://depot' WITH new_db_name = 'proof'",
        "CREATE EXTERNAL CONNECTION place AS 'mem://depot'",
        "CHECK EXTERNAL CONNECTION 'mem://depot'",
        "CREATE REPOSITORY r WITH BROKER ON LOCATION 'mem://depot'",
        "SHOW SNAPSHOT ON r",
        "IMPORT BACKUP 'mem://depot#LATEST' USING PLUGIN 'collection' FOR DATABASE shop AS 'adopted'",
        "DROP BACKUPS IN 'mem://depot' KEEP (LAST = 1)",
    ];

    public static TheoryData<string> Failures => [.. BrokenProvider.Kinds.Keys, BrokenProvider.Nothing];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Whatever_a_store_does_is_told_as_an_error_of_a_store(string kind)
    {
        var provider = default(BrokenProvider);
        await using var bench = new Bench(new BenchSetup
        {
            Engines = "memory",
            Wrap = inner => inner.Schemes.Contains("mem") ? provider = new BrokenProvider(inner) : inner,
        });
        bench.Engine.Execute("shop", "CREATE TABLE till (id INTEGER PRIMARY KEY); INSERT INTO till VALUES (1)");
        await bench.RunAsync(Statements[0]);
        var failed = 0;
        foreach (var statement in Statements)
        {
            for (var call = 0; call < 12; call += call < 4 ? 1 : 4)
            {
                provider!.FailAfter(call, kind);
                try
                {
                    await bench.RunAsync(statement);
                    if (bench.Engine.Databases.Contains("proof"))
                        bench.Engine.Drop("proof");
                }
                catch (BackupSqlException error)
                {
                    if (!provider.HasFailed)
                        continue; // it exists already
                    failed++;
                    Judge(error, kind, $"{statement}, call {call}");
                }

                provider.FailAfter(int.MaxValue, kind);
                Assert.DoesNotContain("proof", bench.Engine.Databases);
            }
        }

        // Something fails in every statement, or the faults reach nothing.
        Assert.InRange(failed, Statements.Length, Statements.Length * 12);
        Assert.Contains("till", bench.Engine.Dump("shop"), StringComparison.Ordinal);
    }

    private static void Judge(BackupSqlException error, string kind, string where)
    {
        Assert.True(error.SqlState is SqlStates.IoError or SqlStates.QueryCanceled or SqlStates.ObjectInUse, $"{where}: {error}");
        Assert.True(error.Hint is { Length: > 0 }, $"{where}: {error}");
        foreach (var text in new[] { error.Message, error.Hint, error.Detail })
            Assert.DoesNotContain(BrokenProvider.Text, text ?? "", StringComparison.Ordinal);
        if (kind == BrokenProvider.Nothing)
            return;
        var causes = new List<Exception>();
        for (var cause = error.InnerException; cause is not null; cause = cause.InnerException)
            causes.Add(cause);
        Assert.True(causes.Exists(cause => cause.Message == BrokenProvider.Text), $"{where}: {error}");
    }

    private sealed class BrokenProvider(IObjectStoreProvider inner) : IObjectStoreProvider
    {
        public const string Text = "RAW TEXT OF THE STORE";
        public const string Nothing = "nothing";

        public static readonly Dictionary<string, Func<Exception>> Kinds = new()
        {
            ["operation"] = () => new InvalidOperationException(Text),
            ["io"] = () => new IOException(Text),
            ["cancelled"] = () => new OperationCanceledException(Text),
            ["task"] = () => new TaskCanceledException(Text),
            ["reference"] = () => new NullReferenceException(Text),
            ["http"] = () => new HttpRequestException(Text),
            ["key"] = () => new KeyNotFoundException(Text),
        };

        private int _left = int.MaxValue;
        private string _kind = "";

        public IReadOnlyList<string> Schemes => inner.Schemes;

        public bool HasFailed { get; private set; }

        public void FailAfter(int calls, string kind)
        {
            (_left, _kind, HasFailed) = (calls, kind, false);
        }

        public void Check(StoreUri uri)
        {
            if (_kind != Nothing)
                Pass();
            inner.Check(uri);
        }

        public async ValueTask<IObjectStore> OpenAsync(StoreUri uri, CancellationToken cancellationToken = default) =>
            Pass() ? null! : new BrokenStore(await inner.OpenAsync(uri, cancellationToken), this);

        /// <summary>Counts a call; from some on all of them fail.</summary>
        /// <returns>True if it is to give nothing.</returns>
        private bool Pass()
        {
            if (Interlocked.Decrement(ref _left) >= 0)
                return false;
            HasFailed = true;
            return _kind == Nothing ? true : throw Kinds[_kind]();
        }

        private sealed class BrokenStore(IObjectStore inner, BrokenProvider provider) : IObjectStore
        {
            public StoreCapabilities Capabilities => inner.Capabilities;

            public ValueTask<IObjectWriter> BeginPutAsync(string name, CancellationToken cancellationToken = default) =>
                provider.Pass() ? new((IObjectWriter)null!) : inner.BeginPutAsync(name, cancellationToken);

            public ValueTask<bool> PutIfAbsentAsync(
                string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
            {
                Throw();
                return inner.PutIfAbsentAsync(name, content, cancellationToken);
            }

            public ValueTask ReadAsync(string name, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
            {
                Throw();
                return inner.ReadAsync(name, offset, buffer, cancellationToken);
            }

            public ValueTask<ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken = default) =>
                provider.Pass() ? new(new ObjectInfo(name, -1)) : inner.HeadAsync(name, cancellationToken);

            public IAsyncEnumerable<ListEntry> ListAsync(ListRequest request, CancellationToken cancellationToken = default) =>
                provider.Pass() ? request.Prefix.Length == 0 ? null! : Strange() : inner.ListAsync(request, cancellationToken);

            public ValueTask DeleteAsync(string name, CancellationToken cancellationToken = default)
            {
                Throw();
                return inner.DeleteAsync(name, cancellationToken);
            }

            public ValueTask DisposeAsync() => inner.DisposeAsync();

            private static async IAsyncEnumerable<ListEntry> Strange()
            {
                await Task.Yield();
                yield return default;
            }

            // Where nothing can be answered wrongly, a call of a store that gives nothing fails.
            private void Throw()
            {
                if (provider.Pass())
                    throw new InvalidOperationException(Text);
            }
        }
    }
}
