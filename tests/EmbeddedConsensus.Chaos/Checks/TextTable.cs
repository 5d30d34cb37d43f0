using System.Globalization;

namespace EmbeddedConsensus.Chaos.Checks;

/// <summary>Formats rows as columns: names to the left, figures to the right.</summary>
internal static class TextTable
{
    private const string Indent = "  ";

    /// <summary>Formats rows.</summary>
    /// <param name="rows">The rows, all with the same number of cells.</param>
    /// <returns>One line per row.</returns>
    public static IReadOnlyList<string> Of(IReadOnlyList<string[]> rows)
    {
        int columns = rows.Count == 0 ? 0 : rows[0].Length;
        int[] widths = [.. Enumerable.Range(0, columns).Select(column => rows.Max(row => row[column].Length))];
        return [.. rows.Select(row => Indent + string.Join(
            Indent, row.Select((cell, column) =>
                column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).TrimEnd())];
    }

    /// <summary>A count as text.</summary>
    /// <param name="count">The count.</param>
    public static string Of(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A duration as text: about three digits and a unit.</summary>
    /// <param name="duration">The duration.</param>
    public static string Of(TimeSpan duration) => duration.TotalMilliseconds switch
    {
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMicroseconds:F0} µs"),
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:F1} ms"),
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:F0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:F1} s"),
    };
}
