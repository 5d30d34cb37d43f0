using System.Globalization;

namespace EmbeddedConsensus.Simulation;

/// <summary>The seeds to run: <c>17</c>, or <c>1-200</c>.</summary>
internal readonly record struct SeedRange(ulong First, ulong Last)
{
    /// <summary>Parses a range as written on the command line.</summary>
    public static bool TryParse(string text, out SeedRange range)
    {
        string[] ends = text.Split('-');
        bool isRange = ulong.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out ulong first)
            & ulong.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out ulong last)
            && ends.Length <= 2 && first <= last;
        range = new SeedRange(first, last);
        return isRange;
    }
}
