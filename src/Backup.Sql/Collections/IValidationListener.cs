namespace Backup.Sql.Collections;

/// <summary>Hears how far a validation is. Called from several workers at a time.</summary>
internal interface IValidationListener
{
    /// <summary>Tells once how much is to be read.</summary>
    /// <param name="files">Files.</param>
    /// <param name="bytes">Bytes before compression.</param>
    void Expect(int files, long bytes);

    /// <summary>Tells that a block was read.</summary>
    /// <param name="rows">Its rows.</param>
    /// <param name="bytes">Its bytes before compression.</param>
    /// <param name="storedBytes">Its bytes as stored.</param>
    void Read(long rows, long bytes, long storedBytes);

    /// <summary>Tells that a file was read to its end or given up.</summary>
    void EndFile();
}
