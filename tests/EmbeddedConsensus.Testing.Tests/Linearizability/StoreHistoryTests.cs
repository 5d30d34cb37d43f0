using EmbeddedConsensus.Testing.Linearizability;

namespace EmbeddedConsensus.Testing.Tests.Linearizability;

/// <summary>Histories of a store that executes one call at a time are linearizable, whatever their callers saw of
/// it.</summary>
public sealed class StoreHistoryTests
{
    [Theory]
    [InlineData(1, 3, 4, 0)]
    [InlineData(2, 8, 4, 0)]
    [InlineData(3, 8, 12, 20)]
    [InlineData(4, 16, 40, 50)]
    [InlineData(5, 4, 3, 100)]
    [InlineData(6, 16, 100, 10)]
    public void Histories_of_a_correct_store_are_linearizable(int seed, int clients, int keys, int unknownPerMille)
    {
        HistoryGenerator generator = new(seed, clients, keys) { UnknownPerMille = unknownPerMille };

        CheckResult result = LinearizabilityChecker.Check(generator.Generate(1000));

        Assert.True(result.Verdict == Verdict.Linearizable, result.ToString());
    }
}
