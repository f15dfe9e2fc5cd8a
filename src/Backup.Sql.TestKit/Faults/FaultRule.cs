namespace Backup.Sql.TestKit.Faults;

/// <summary>One scripted fault.</summary>
public sealed class FaultRule
{
    private readonly Func<StoreCall, bool> _matches;
    private readonly string _text;
    private int _skip;
    private int _left;

    internal FaultRule(FaultKind kind, string text, Func<StoreCall, bool> matches, int skip, int times)
    {
        Kind = kind;
        _text = text;
        _matches = matches;
        _skip = skip;
        _left = times;
    }

    /// <summary>What goes wrong.</summary>
    public FaultKind Kind { get; }

    /// <summary>How many calls it has hit.</summary>
    public int Hits { get; private set; }

    /// <summary>The rule in words.</summary>
    /// <returns>Such as <c>DiskFull at call 7</c>.</returns>
    public override string ToString() => $"{Kind} {_text}";

    // Called under the script's lock.
    internal bool Takes(StoreCall call)
    {
        if (_left == 0 || !FaultScript.CanHappen(Kind, call.Operation) || !_matches(call) || _skip-- > 0)
            return false;
        _left--;
        Hits++;
        return true;
    }
}
