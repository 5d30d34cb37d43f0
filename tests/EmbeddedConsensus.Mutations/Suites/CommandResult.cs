namespace EmbeddedConsensus.Mutations.Suites;

/// <summary>How a program ended.</summary>
/// <param name="HasEnded">Whether it ended by itself; if not, its time was up.</param>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote, the beginning left out when that is long.</param>
internal sealed record CommandResult(bool HasEnded, int ExitCode, string Output);
