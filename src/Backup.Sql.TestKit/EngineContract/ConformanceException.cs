namespace Backup.Sql.TestKit.EngineContract;

/// <summary>An engine does not keep to the contract; the message says where.</summary>
public sealed class ConformanceException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What was expected and what came.</param>
    /// <param name="inner">What the engine threw, or null.</param>
    public ConformanceException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
