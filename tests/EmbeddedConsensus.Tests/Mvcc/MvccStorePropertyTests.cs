namespace EmbeddedConsensus.Tests.Mvcc;

public class MvccStorePropertyTests
{
    [Theory]
    [Trait("Scenario", "41")]
    [Trait("Scenario", "42")]
    [Trait("Scenario", "46")]
    [InlineData(1, 60, 150)]
    [InlineData(2, 400, 60)]
    [InlineData(3, 1500, 8)]
    public void Any_history_reads_as_the_model_says_at_every_revision_that_is_not_compacted(
        ulong seed, int maxSteps, int runs)
        => MvccProperty.CheckSteps(StoreStep.Generator, maxSteps, runs, seed, steps =>
        {
            using StoreRun run = new();
            run.Run(steps);
        });
}
