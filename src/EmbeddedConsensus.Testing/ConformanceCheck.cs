namespace EmbeddedConsensus.Testing;

/// <summary>One check of a conformance suite. It needs no test framework: run it, and it throws when the
/// implementation fails.</summary>
/// <param name="Name">The contract that it checks, as a sentence with underscores.</param>
/// <param name="RunAsync">Runs the check on an implementation of its own, which it disposes. Throws
/// <see cref="ConformanceException"/> when the contract is not kept.</param>
public sealed record ConformanceCheck(string Name, Func<Task> RunAsync)
{
    /// <summary>The name of the check.</summary>
    public override string ToString() => Name;
}
