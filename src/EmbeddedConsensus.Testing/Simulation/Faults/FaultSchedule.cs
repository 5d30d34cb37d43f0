using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace EmbeddedConsensus.Testing.Simulation.Faults;

/// <summary>
/// All faults of a run and its size: together with the seed this determines the run. A seed has a schedule of its own
/// (<see cref="FaultPlanner"/>); a smaller one that still fails is more informative.
/// </summary>
/// <param name="VirtualSeconds">How long faults and callers run.</param>
/// <param name="MaxCallers">The maximum number of callers.</param>
/// <param name="Events">The faults, in order of time.</param>
internal sealed record FaultSchedule(int VirtualSeconds, int MaxCallers, ImmutableArray<FaultEvent> Events)
{
    /// <summary>A number of callers that is never reached.</summary>
    public const int ManyCallers = 1_000;

    /// <summary>A schedule without faults.</summary>
    public static FaultSchedule Quiet(int virtualSeconds) => new(virtualSeconds, ManyCallers, []);

    /// <summary>Reads what <see cref="ToText"/> writes. Empty lines and those that begin with # are skipped.</summary>
    /// <exception cref="FormatException">A line is not part of a schedule; the message says why.</exception>
    public static FaultSchedule Parse(string text)
    {
        FaultSchedule schedule = Quiet(virtualSeconds: 0);
        List<FaultEvent> events = [];
        foreach (string raw in text.Split('\n'))
        {
            string line = raw.Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            string[] parts = line.Split(' ');
            switch (parts[0])
            {
                case "virtual-seconds":
                    schedule = schedule with { VirtualSeconds = Number(parts, line) };
                    break;
                case "max-callers":
                    schedule = schedule with { MaxCallers = Number(parts, line) };
                    break;
                default:
                    events.Add(FaultEvent.Parse(line));
                    break;
            }
        }

        if (schedule.VirtualSeconds < 1)
        {
            throw new FormatException("The schedule has no line 'virtual-seconds N'.");
        }

        return schedule with { Events = [.. events.OrderBy(item => item.AtMicros)] };
    }

    /// <summary>The schedule as the text of a file.</summary>
    public string ToText()
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"virtual-seconds {VirtualSeconds}\n");
        if (MaxCallers < ManyCallers)
        {
            text.Append(CultureInfo.InvariantCulture, $"max-callers {MaxCallers}\n");
        }

        foreach (FaultEvent next in Events)
        {
            text.Append(next).Append('\n');
        }

        return text.ToString();
    }

    /// <inheritdoc />
    public bool Equals(FaultSchedule? other) =>
        other is not null && VirtualSeconds == other.VirtualSeconds && MaxCallers == other.MaxCallers
        && Events.AsSpan().SequenceEqual(other.Events.AsSpan());

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(VirtualSeconds, MaxCallers, Events.Length);

    private static int Number(string[] parts, string line) =>
        parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new FormatException($"'{line}' does not end in a number.");
}
