using System.Globalization;

namespace EmbeddedConsensus.Chaos.Load;

/// <summary>The keys of the load: few, so that callers conflict.</summary>
internal static class RoundKeys
{
    /// <summary>The number of keys that callers write.</summary>
    public const int Count = 16;

    private const string CallerPrefix = "k/";

    /// <summary>A key that callers write.</summary>
    /// <param name="index">The number of the key, from 0.</param>
    public static Key Of(int index) => string.Create(CultureInfo.InvariantCulture, $"{CallerPrefix}{index:d2}");

    /// <summary>Consecutive keys.</summary>
    /// <param name="first">The first one.</param>
    /// <param name="count">How many; the last ones may not exist.</param>
    public static KeyRange Span(int first, int count) => KeyRange.Between(Of(first), Of(first + count));

    /// <summary>The key that a member writes to prove that it can.</summary>
    /// <param name="member">The member.</param>
    public static Key ProbeOf(ulong member) => string.Create(CultureInfo.InvariantCulture, $"probe/{member}");

    /// <summary>The key whose write ends a round. It sorts after all others, and every watch sees it.</summary>
    public static Key End => "~end";
}
