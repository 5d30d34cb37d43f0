using System.Globalization;

namespace EmbeddedConsensus.Testing.Watches;

/// <summary>A guarantee that a watch broke.</summary>
/// <param name="Property">The guarantee.</param>
/// <param name="Watch">The name of the watch.</param>
/// <param name="Revision">The revision at which it was broken.</param>
/// <param name="Message">What is wrong.</param>
public sealed record WatchViolation(WatchProperty Property, string Watch, long Revision, string Message)
{
    /// <inheritdoc />
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Property}: watch \"{Watch}\" at revision {Revision}: {Message}");
}
