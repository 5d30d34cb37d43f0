using System.Globalization;
using System.Text;

namespace EmbeddedConsensus.Testing.Simulation.Faults;

/// <summary>One fault of a schedule.</summary>
/// <param name="AtMicros">When it strikes, in virtual microseconds.</param>
/// <param name="Kind">What happens.</param>
/// <param name="Target">The replicas it strikes.</param>
internal sealed record FaultEvent(long AtMicros, FaultKind Kind, FaultTarget Target)
{
    private const double MicrosPerSecond = 1e6;

    /// <summary>The other end of a link, or the new leader of a transfer.</summary>
    public FaultTarget Peer { get; init; }

    /// <summary>Which messages are concerned.</summary>
    public LinkDirection Direction { get; init; }

    /// <summary>How long it lasts, in virtual microseconds.</summary>
    public long DurationMicros { get; init; }

    /// <summary>How hard it strikes; what it means depends on the kind.</summary>
    public double Intensity { get; init; }

    /// <summary>How much or how often; what it means depends on the kind.</summary>
    public int Amount { get; init; }

    /// <summary>With <see cref="FaultKind.CrashAtPoint"/>: where.</summary>
    public CrashPoint Point { get; init; }

    /// <summary>Reads a line that <see cref="ToString"/> has written.</summary>
    /// <exception cref="FormatException">It is not such a line; the message says why.</exception>
    public static FaultEvent Parse(string line)
    {
        string[] parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 2 || !Enum.TryParse(parts[1], out FaultKind kind) || !Enum.IsDefined(kind))
        {
            throw new FormatException($"'{line}' does not begin with a time in seconds and a kind of fault.");
        }

        FaultEvent parsed = new(Micros(parts[0], line), kind, FaultTarget.None);
        foreach (string part in parts.AsSpan(2))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            parsed = parsed.With(equals < 0 ? part : part[..equals], equals < 0 ? "" : part[(equals + 1)..], line);
        }

        return parsed;
    }

    /// <summary>The fault as a line of a schedule file.</summary>
    public override string ToString()
    {
        StringBuilder line = new();
        line.Append(CultureInfo.InvariantCulture, $"{AtMicros / MicrosPerSecond:F6} {Kind} target={Target}");
        line.Append(Peer == FaultTarget.None ? "" : $" peer={Peer}");
        line.Append(Direction == LinkDirection.Both ? "" : $" direction={Direction}");
        line.Append(Kind == FaultKind.CrashAtPoint ? $" point={Point}" : "");
        line.Append(CultureInfo.InvariantCulture, $"{(Amount == 0 ? "" : " amount=")}{(Amount == 0 ? null : Amount)}");
        if (Intensity != 0)
        {
            line.Append(CultureInfo.InvariantCulture, $" intensity={Intensity:R}");
        }

        if (DurationMicros != 0)
        {
            line.Append(CultureInfo.InvariantCulture, $" for={DurationMicros / MicrosPerSecond:F6}");
        }

        return line.ToString();
    }

    private FaultEvent With(string name, string value, string line)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        return name switch
        {
            "target" when FaultTarget.TryParse(value, out FaultTarget target) => this with { Target = target },
            "peer" when FaultTarget.TryParse(value, out FaultTarget peer) => this with { Peer = peer },
            "direction" when Enum.TryParse(value, out LinkDirection way) => this with { Direction = way },
            "point" when Enum.TryParse(value, out CrashPoint point) => this with { Point = point },
            "amount" when int.TryParse(value, culture, out int amount) => this with { Amount = amount },
            "intensity" when double.TryParse(value, culture, out double much) => this with { Intensity = much },
            "for" => this with { DurationMicros = Micros(value, line) },
            _ => throw new FormatException($"'{name}={value}' in '{line}' is not a property of a fault."),
        };
    }

    private static long Micros(string text, string line) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out double seconds) && seconds >= 0
            ? (long)Math.Round(seconds * MicrosPerSecond)
            : throw new FormatException($"'{text}' in '{line}' is not a time in seconds.");
}
