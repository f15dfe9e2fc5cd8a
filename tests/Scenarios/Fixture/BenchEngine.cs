using Backup.Sql.Engines;

namespace Backup.Sql.Scenarios.Fixture;

/// <summary>An engine with the ways in which an application works on its data.</summary>
internal abstract class BenchEngine
{
    /// <summary>The engine as the present process sees it.</summary>
    public abstract IDatabaseEngine Engine { get; }

    /// <summary>The databases that there are.</summary>
    public abstract IReadOnlyList<string> Databases { get; }

    /// <summary>Ends the process and starts the next one: what was only in memory of the engine's client is gone.</summary>
    public abstract void Reopen();

    /// <summary>Runs statements in a database, which is made when there is none.</summary>
    public abstract void Execute(string database, string sql);

    /// <summary>Runs statements through the engine, where it can; else like <see cref="Execute"/>.</summary>
    public virtual Task RunAsync(string database, string sql)
    {
        Execute(database, sql);
        return Task.CompletedTask;
    }

    /// <summary>Does what a host does by a timer: databases that keep history get a time to go back to.</summary>
    public virtual Task MarkAsync() => Task.CompletedTask;

    public abstract Table Query(string database, string sql);

    /// <summary>Drops a database.</summary>
    public abstract void Drop(string database);

    /// <summary>A whole database as text, names of objects included, its own name left out.</summary>
    public abstract string Dump(string database);

    /// <summary>All databases as text.</summary>
    public string DumpAll() => string.Concat(Databases.Select(name => $"== {name}\n{Dump(name)}"));

    /// <summary>What lies about that belongs to no database: files of unfinished work.</summary>
    public abstract IReadOnlyList<string> Leftovers();
}
