namespace EmbeddedConsensus.Mutations.Suites;

/// <summary>How a suite is to run.</summary>
/// <param name="Binaries">The folder with the suite's binaries.</param>
/// <param name="TimeLimit">How long it may take.</param>
/// <param name="StopsEarly">Whether it may stop as soon as something failed that counts.</param>
/// <param name="Neighbors">How many suites run at a time, this one included.</param>
internal sealed record SuiteRun(string Binaries, TimeSpan TimeLimit, bool StopsEarly, int Neighbors);
