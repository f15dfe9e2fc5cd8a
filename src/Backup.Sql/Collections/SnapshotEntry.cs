using System.Globalization;

namespace Backup.Sql.Collections;

/// <summary>A label of a collection with what stands behind it.</summary>
/// <param name="Label">The label.</param>
/// <param name="Reservation">Who reserved it; null when that cannot be read.</param>
/// <param name="Manifest">The snapshot; null when it is not finished, or cannot be read.</param>
/// <param name="Problem">Why something cannot be read; null when all can.</param>
internal sealed record SnapshotEntry(
    string Label, SnapshotReservation? Reservation, ManifestEnvelope? Manifest, string? Problem)
{
    private const string TimestampFormat = "yyyy-MM-dd-HH-mm-ss-fff";

    /// <summary>The snapshot's time as statements write it; null when it is not finished.</summary>
    public string? Timestamp =>
        Manifest?.End.ToDateTimeOffset().ToString(TimestampFormat, CultureInfo.InvariantCulture);

    /// <summary>True for a snapshot that is complete, as far as its envelope tells.</summary>
    public bool IsFinished => Manifest is not null;

    /// <summary>True if a text names the snapshot's time; the milliseconds may be left out.</summary>
    public bool Is(string timestamp) =>
        Timestamp is { } own && (own == timestamp || own[..^"-fff".Length] == timestamp);
}
