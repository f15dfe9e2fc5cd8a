namespace Backup.Sql.Syntax;

/// <content>Schedules, jobs and rights.</content>
internal sealed partial class StatementPrinter
{
    private void PrintCreateSchedule(CreateScheduleStatement statement)
    {
        Write("CREATE SCHEDULE ");
        Write(statement.IfNotExists, "IF NOT EXISTS ");
        if (statement.Label is { } label)
        {
            Print(label);
            Write(" ");
        }

        Write("FOR BACKUP ");
        PrintTargets(statement.Targets);
        Write("INTO ");
        PrintUris(statement.Uris);
        if (!IsLoneFalse(statement.Options))
            Write(new OptionWriter(this, " WITH ", string.Empty), statement.Options);
        Write(" RECURRING ");
        Print(statement.Recurrence);
        if (statement.FullBackup is { } cadence)
        {
            Write(" ");
            Print(cadence);
        }

        if (!statement.ScheduleOptions.IsEmpty)
        {
            Write(" WITH SCHEDULE OPTIONS ");
            List(statement.ScheduleOptions, Print);
        }
    }

    private void Print(FullBackupCadence cadence)
    {
        Write("FULL BACKUP ");
        if (cadence.Recurrence is { } recurrence)
            Print(recurrence);
        else
            Write("ALWAYS");
    }

    private void Print(ScheduleOption option)
    {
        Print(option.Key);
        if (option.Value is not { } value)
            return;
        Write(" = ");
        Print(value);
    }

    private void PrintAlterSchedule(AlterScheduleStatement statement)
    {
        Write("ALTER BACKUP SCHEDULE ");
        Write(statement.ScheduleId);
        Write(" ");
        List(statement.Changes, Print);
    }

    private void Print(ScheduleChange change)
    {
        switch (change)
        {
            case SetScheduleLabel c:
                Write("SET LABEL ");
                Print(c.Label);
                break;
            case SetScheduleCollection c:
                Write("SET INTO ");
                PrintUris(c.Uris);
                break;
            case SetScheduleBackupOption c:
                Write(new OptionWriter(this, "SET WITH ", string.Empty), c.Option);
                break;
            case SetScheduleRecurrence c:
                Write("SET RECURRING ");
                Print(c.Recurrence);
                break;
            case SetScheduleFullBackup c:
                Write("SET ");
                Print(c.Cadence);
                break;
            case SetScheduleOption c:
                Write("SET SCHEDULE OPTION ");
                Print(c.Option);
                break;
            case ExecuteScheduleNow c:
                Write(c.IsFull ? "EXECUTE FULL IMMEDIATELY" : "EXECUTE IMMEDIATELY");
                break;
        }
    }

    private void PrintShowSchedules(ShowSchedulesStatement statement)
    {
        Write(statement.State switch
        {
            ScheduleState.Running => "SHOW RUNNING SCHEDULES",
            ScheduleState.Paused => "SHOW PAUSED SCHEDULES",
            _ => "SHOW SCHEDULES",
        });
        Write(statement.Type switch
        {
            ScheduleType.Backup => " FOR BACKUP",
            ScheduleType.SqlStatistics => " FOR SQL STATISTICS",
            ScheduleType.Changefeed => " FOR CHANGEFEED",
            _ => string.Empty,
        });
    }

    private void PrintShowCreateSchedule(ShowCreateScheduleStatement statement)
    {
        if (statement.Schedule is not { } schedule)
        {
            Write("SHOW CREATE ALL SCHEDULES");
            return;
        }

        Write("SHOW CREATE SCHEDULE ");
        Print(schedule);
    }

    // ---- Jobs ----

    private void PrintShowJobs(ShowJobsStatement statement)
    {
        if (statement.Selection is AutomaticJobs)
        {
            Write("SHOW AUTOMATIC JOBS");
            return;
        }

        Write("SHOW JOBS");
        Write(statement.WhenComplete, " WHEN COMPLETE");
        if (statement.Selection is { } selection)
        {
            Write(" ");
            Print(selection);
        }

        var options = new OptionWriter(this, " WITH ", string.Empty);
        options.Flag("EXECUTION DETAILS", statement.ExecutionDetails);
        options.Flag("RESOLVED TIMESTAMP", statement.ResolvedTimestamp);
    }

    private void PrintControlJobs(ControlJobsStatement statement)
    {
        if (statement.Selection is JobsOfType ofType)
        {
            Write($"{statement.Control.ToString().ToUpperInvariant()} ALL ");
            Print(ofType.Type);
            Write(" JOBS");
            return;
        }

        Write($"{statement.Kind} ");
        Print(statement.Selection);
        if (statement.Reason is { } reason)
        {
            Write(" WITH REASON = ");
            Print(reason);
        }
    }

    private void Print(JobSelection selection)
    {
        switch (selection)
        {
            case JobsByQuery s:
                Print(s.Query);
                break;
            case JobsOfSchedules s:
                Write("FOR SCHEDULES ");
                Print(s.Schedules);
                break;
        }
    }

    // ---- Rights ----

    private void PrintGrant(GrantStatement statement)
    {
        Write("GRANT ");
        PrintPrivilegesOn(statement.Privileges, statement.Object);
        Write(" TO ");
        PrintNames(statement.Roles);
        Write(statement.WithGrantOption, " WITH GRANT OPTION");
    }

    private void PrintRevoke(RevokeStatement statement)
    {
        Write("REVOKE ");
        Write(statement.GrantOptionOnly, "GRANT OPTION FOR ");
        PrintPrivilegesOn(statement.Privileges, statement.Object);
        Write(" FROM ");
        PrintNames(statement.Roles);
    }

    private void PrintPrivilegesOn(ValueList<Name> privileges, GrantObject? target)
    {
        Write(target is null, "SYSTEM ");
        PrintPrivileges(privileges);
        if (target is not null)
            PrintOn(target);
    }

    private void PrintOn(GrantObject target)
    {
        switch (target)
        {
            case GrantOnDatabases t:
                Write(" ON DATABASE ");
                PrintNames(t.Databases);
                break;
            case GrantOnTables t:
                Write(" ON TABLE ");
                List(t.Tables, Print);
                break;
            case GrantOnConnections t:
                Write(" ON EXTERNAL CONNECTION ");
                PrintNames(t.Connections);
                break;
        }
    }

    private void PrintShowGrants(ShowGrantsStatement statement)
    {
        Write(statement.Kind);
        if (statement.Object is { } target)
            PrintOn(target);
        Write(!statement.Roles.IsEmpty, " FOR ");
        PrintNames(statement.Roles);
    }
}
