using System.Globalization;
using EmbeddedConsensus.Testing.Histories;

namespace EmbeddedConsensus.Chaos.Load;

/// <summary>The files of recorded calls, one per process and round.</summary>
internal static class HistoryFile
{
    /// <summary>The file of a process.</summary>
    /// <param name="folder">The directory of all histories.</param>
    /// <param name="round">The round.</param>
    /// <param name="member">The member.</param>
    /// <param name="start">The number of the member's process.</param>
    public static string Of(string folder, int round, ulong member, int start) => Path.Combine(
        folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix(round, member)}{start:d4}.jsonl"));

    /// <summary>The file of all events of a round in a member's history.</summary>
    /// <param name="folder">The directory of all histories.</param>
    /// <param name="round">The round.</param>
    /// <param name="member">The member.</param>
    public static string EventsOf(string folder, int round, ulong member) => Path.Combine(
        folder, string.Create(CultureInfo.InvariantCulture, $"events-{round:d4}-member-{member}.jsonl"));

    /// <summary>Reads what was recorded in a round.</summary>
    /// <param name="folder">The directory of all histories.</param>
    /// <param name="round">The round.</param>
    /// <returns>For each member, including those that left, what its processes recorded, in order.</returns>
    public static IReadOnlyList<IReadOnlyList<StoreHistory>> ReadRound(string folder, int round) =>
    [
        .. Directory.EnumerateFiles(folder, $"{Prefix(round)}*")
            .Order(StringComparer.Ordinal)
            .GroupBy(static file => file[..file.LastIndexOf('-')])
            .Select(static member => (StoreHistory[])[.. member.Select(Read)]),
    ];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    public static StoreHistory Read(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return HistoryReader.Read(file);
    }

    private static string Prefix(int round) => string.Create(CultureInfo.InvariantCulture, $"round-{round:d4}-member-");

    private static string Prefix(int round, ulong member) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix(round)}{member}-start-");
}
