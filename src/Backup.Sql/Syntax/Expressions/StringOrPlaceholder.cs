namespace Backup.Sql.Syntax;

/// <summary>A text that is written down or comes with the parameters.</summary>
public abstract record StringOrPlaceholder : Expression
{
    private protected StringOrPlaceholder()
    {
    }
}
