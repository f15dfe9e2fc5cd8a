using Backup.Sql.Postgres.Catalog;
using Backup.Sql.Postgres.Connections;

namespace Backup.Sql.Postgres.Restore;

/// <summary>
/// Writes the statements that make a table, with its partitions, exactly what it was, when rows and indexes are there.
/// </summary>
/// <param name="names">What things are called now.</param>
/// <param name="roles">Who is here.</param>
/// <param name="notices">Takes what was left out.</param>
internal sealed class TableFinish(Names names, Roles roles, NoticeList notices)
{
    /// <summary>Defaults and checks that use functions and sequences.</summary>
    public IEnumerable<string> Later(RestoredTable table, TableDefinition definition)
    {
        foreach (var statement in Defaults(table, definition, table.Place))
            yield return statement;
        var checks = definition.Constraints.Where(c => c.Kind == "c" && c.Local && !TableDdl.IsEarly(c)).ToList();
        if (checks.Count > 0 && !names.StillMean(table.Source.DependsOn))
        {
            notices.Add($"{table.FullName}: checks were left out: what they refer to by name was renamed or left out");
            yield break;
        }

        foreach (var check in checks)
            yield return $"ALTER TABLE {table.Place} ADD {TableDdl.Check(check)}";
    }

    /// <summary>Everything else.</summary>
    public IEnumerable<string> Rest(RestoredTable table, TableDefinition definition) =>
        Own(table, definition, table.Place, isMoved: table.IsMoved).Concat(Parts(table, definition));

    private IEnumerable<string> Parts(RestoredTable table, TableDefinition definition)
    {
        foreach (var part in definition.Partitions)
        {
            var place = TableMaker.PlaceOf(table, part);
            foreach (var statement in Defaults(table, part, place))
                yield return statement;
            foreach (var statement in Own(table, part, place, table.IsMoved).Concat(Parts(table, part)))
                yield return statement;
            foreach (var trigger in part.Triggers)
            {
                yield return ObjectDdl.Trigger(trigger, trigger.Name, place);
                foreach (var more in TriggerRest(trigger, place))
                    yield return more;
            }
        }
    }

    /// <summary>What follows a trigger.</summary>
    public static IEnumerable<string> TriggerRest(TriggerDefinition trigger, string place)
    {
        var name = Quote.Name(trigger.Name);
        if (Firing(trigger.Enabled) is { } firing)
            yield return $"ALTER TABLE {place} {firing} TRIGGER {name}";
        if (trigger.Comment is not null)
            yield return $"COMMENT ON TRIGGER {name} ON {place} IS {Quote.Text(trigger.Comment)}";
    }

    /// <summary>What follows a rule of a table or view.</summary>
    public static IEnumerable<string> Rule(RuleDefinition rule, string place)
    {
        if (rule.Event is not ("SELECT" or "INSERT" or "UPDATE" or "DELETE"))
            throw RestoreErrors.NotADefinition(rule.Name, null);
        yield return $"CREATE RULE {Quote.Name(rule.Name)} AS ON {rule.Event} TO {place}{rule.Action}";
        if (Firing(rule.Enabled) is { } firing)
            yield return $"ALTER TABLE {place} {firing} RULE {Quote.Name(rule.Name)}";
        if (rule.Comment is not null)
            yield return $"COMMENT ON RULE {Quote.Name(rule.Name)} ON {place} IS {Quote.Text(rule.Comment)}";
    }

    /// <summary>Extended statistics of a table or view.</summary>
    public IEnumerable<string> Statistics(StatisticsDefinition statistics, string place)
    {
        var name = Quote.Name(statistics.Schema, statistics.Name);
        var kinds = statistics.Kinds.Count == 0 ? "" : $" ({NeutralDdl.Names(statistics.Kinds)})";
        yield return $"CREATE STATISTICS {name}{kinds} ON {statistics.Columns} FROM {place}";
        if (statistics.Target is { } target)
            yield return FormattableString.Invariant($"ALTER STATISTICS {name} SET STATISTICS {target}");
        if (statistics.Comment is not null)
            yield return $"COMMENT ON STATISTICS {name} IS {Quote.Text(statistics.Comment)}";
        foreach (var statement in roles.Statements("STATISTICS", name, statistics.Owner, null))
            yield return statement;
    }

    /// <summary>What columns of a table or materialized view have besides their type.</summary>
    public static IEnumerable<string> Columns(string alter, string place, IEnumerable<ColumnDefinition> columns)
    {
        foreach (var column in columns)
        {
            var start = $"{alter} {place} ALTER COLUMN {Quote.Name(column.Name)}";
            if (column.Storage is "PLAIN" or "EXTERNAL" or "MAIN" or "EXTENDED")
                yield return $"{start} SET STORAGE {column.Storage}";
            if (column.StatisticsTarget is { } target)
                yield return FormattableString.Invariant($"{start} SET STATISTICS {target}");
            if (column.Options.Count > 0)
            {
                var options = column.Options.Select(option => TableDdl.Option(column.Name, option));
                yield return $"{start} SET ({string.Join(", ", options)})";
            }
        }
    }

    /// <summary>Comments of columns.</summary>
    public static IEnumerable<string> Comments(string place, IEnumerable<ColumnDefinition> columns) => columns
        .Where(column => column.Comment is not null)
        .Select(column => $"COMMENT ON COLUMN {place}.{Quote.Name(column.Name)} IS {Quote.Text(column.Comment!)}");

    private IEnumerable<string> Defaults(RestoredTable table, TableDefinition definition, string place)
    {
        foreach (var column in definition.Columns.Where(c => c is { Generated: false, Default: not null }))
        {
            var neutral = table.Target.Columns.FirstOrDefault(c => c.Name == column.Name);
            var isChild = definition.Parents.Count > 0 && definition.PartitionBound is null && !column.Local;
            var isOwn = TableMaker.HasOwnDefault(table, definition, column);
            if ((neutral?.Default is null && !isOwn) || !(column.DefaultLater || isChild))
                continue;

            // What a partition's own default needs is known of the table as a whole only.
            var needs = isOwn ? table.Source.DependsOn : neutral!.DefaultDependsOn;
            var sequence = column.DefaultIsNextValue && !isOwn && needs.Count == 1
                ? names.PlaceOf(needs[0]) : null;
            if (sequence is null && !names.StillMean(needs))
            {
                notices.Add($"{table.FullName}: the default of {column.Name} was left out: what it uses was renamed");
                continue;
            }

            var value = sequence is null ? column.Default : $"nextval({Quote.Text(sequence)}::regclass)";
            yield return $"ALTER TABLE ONLY {place} ALTER COLUMN {Quote.Name(column.Name)} SET DEFAULT {value}";
        }
    }

    private IEnumerable<string> Own(RestoredTable table, TableDefinition definition, string place, bool isMoved)
    {
        if (definition.OfType is not null)
            yield return $"ALTER TABLE {place} OF {definition.OfType}";
        foreach (var statement in Columns("ALTER TABLE ONLY", place, definition.Columns)
            .Concat(Comments(place, definition.Columns)))
            yield return statement;
        if (definition.Comment is not null)
            yield return $"COMMENT ON TABLE {place} IS {Quote.Text(definition.Comment)}";
        foreach (var constraint in definition.Constraints.Where(c => c.Comment is not null && c.Kind != "f"))
        {
            yield return $"COMMENT ON CONSTRAINT {Quote.Name(constraint.Name)} ON {place} "
                + $"IS {Quote.Text(constraint.Comment!)}";
        }

        if (definition.ReplicaIdentity is "n" or "f")
            yield return $"ALTER TABLE ONLY {place} REPLICA IDENTITY {(definition.ReplicaIdentity == "n" ? "NOTHING" : "FULL")}";
        if (isMoved && definition.Statistics.Count + definition.Rules.Count > 0)
            notices.Add($"{table.FullName}: rules and extended statistics were left out with the old name");
        foreach (var statement in isMoved ? [] : definition.Statistics.SelectMany(s => Statistics(s, place))
            .Concat(definition.Rules.SelectMany(rule => Rule(rule, place))))
            yield return statement;
        foreach (var statement in Security(definition, place))
            yield return statement;
        foreach (var statement in roles.Statements("TABLE", place, definition.Owner, definition.Grants)
            .Concat(roles.OnColumns(place, definition.Owner, definition.Columns)))
            yield return statement;
    }

    private IEnumerable<string> Security(TableDefinition definition, string place)
    {
        foreach (var policy in definition.Policies)
        {
            var known = policy.Roles.Where(roles.IsKnown).ToList();
            if (policy.Roles.Count > 0 && known.Count == 0)
                continue;
            var command = policy.Command is "SELECT" or "INSERT" or "UPDATE" or "DELETE" ? policy.Command : "ALL";
            yield return $"CREATE POLICY {Quote.Name(policy.Name)} ON {place} "
                + $"AS {(policy.Permissive ? "PERMISSIVE" : "RESTRICTIVE")} FOR {command} "
                + $"TO {(known.Count == 0 ? "PUBLIC" : NeutralDdl.Names(known))}"
                + (policy.Using is null ? "" : $" USING ({policy.Using})")
                + (policy.Check is null ? "" : $" WITH CHECK ({policy.Check})");
            if (policy.Comment is not null)
                yield return $"COMMENT ON POLICY {Quote.Name(policy.Name)} ON {place} IS {Quote.Text(policy.Comment)}";
        }

        if (definition.RowSecurity)
            yield return $"ALTER TABLE {place} ENABLE ROW LEVEL SECURITY";
        if (definition.ForceRowSecurity)
            yield return $"ALTER TABLE {place} FORCE ROW LEVEL SECURITY";
    }

    private static string? Firing(string enabled) => enabled switch
    {
        "D" => "DISABLE",
        "R" => "ENABLE REPLICA",
        "A" => "ENABLE ALWAYS",
        _ => null,
    };
}
