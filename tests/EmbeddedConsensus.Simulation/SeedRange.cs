using System.Globalization;

namespace EmbeddedConsensus.Simulation;

/// <summary>The seeds to run: <c>17</c>, <c>1-200</c>, or <c>today:200</c>.</summary>
internal readonly record struct SeedRange(ulong First, ulong Last)
{
    private const string Today = "today:";

    // Days apart by more seeds than a day runs: no two days share one.
    private const ulong SeedsPerDay = 1_000_000;

    /// <summary>Parses a range as written on the command line.</summary>
    /// <param name="text">A seed, two with a hyphen between them, or <c>today:</c> and a number of seeds, which
    /// differ every day.</param>
    /// <param name="day">The present day, which chooses the seeds of <c>today:</c>.</param>
    /// <param name="range">The seeds.</param>
    public static bool TryParse(string text, DateOnly day, out SeedRange range)
    {
        if (text.StartsWith(Today, StringComparison.Ordinal))
        {
            bool isCount = TryParse(text.AsSpan(Today.Length), out ulong count) && count is > 0 and <= SeedsPerDay;
            ulong start = (ulong)day.DayNumber * SeedsPerDay;
            range = new SeedRange(start, start + count - 1);
            return isCount;
        }

        string[] ends = text.Split('-');
        bool isRange = TryParse(ends[0], out ulong first) & TryParse(ends[^1], out ulong last)
            && ends.Length <= 2 && first <= last;
        range = new SeedRange(first, last);
        return isRange;
    }

    /// <inheritdoc />
    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";

    private static bool TryParse(ReadOnlySpan<char> text, out ulong number) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
