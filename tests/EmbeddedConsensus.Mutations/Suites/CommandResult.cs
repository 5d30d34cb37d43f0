namespace EmbeddedConsensus.Mutations.Suites;

/// <summary>How a program ended.</summary>
/// <param name="HasEnded">Whether it exited in time.</param>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its output; the beginning is dropped if it is long.</param>
internal sealed record CommandResult(bool HasEnded, int ExitCode, string Output);
