using System.Globalization;

namespace EmbeddedConsensus.Testing.Watches;

/// <summary>Where a watch broke a promise.</summary>
/// <param name="Property">Which promise.</param>
/// <param name="Watch">The name of the watch.</param>
/// <param name="Revision">The revision at which it did.</param>
/// <param name="Message">What is wrong.</param>
public sealed record WatchViolation(WatchProperty Property, string Watch, long Revision, string Message)
{
    /// <inheritdoc />
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Property}: watch \"{Watch}\" at revision {Revision}: {Message}");
}
