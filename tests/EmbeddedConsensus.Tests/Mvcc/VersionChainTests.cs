using FsCheck;
using FsCheck.Fluent;

namespace EmbeddedConsensus.Tests.Mvcc;

public class VersionChainTests
{
    private static readonly Gen<(int Kind, int Place)> Step =
        from kind in Gen.Choose(0, 9)
        from place in Gen.Choose(0, 1_000_000)
        select (kind, place);

    [Theory]
    [InlineData(40, 100)]
    [InlineData(3000, 20)]
    public void Any_pushes_unlinks_and_moves_leave_the_sorted_versions_with_the_right_links(int maxSteps, int runs)
        => MvccProperty.CheckSteps(Step, maxSteps, runs, seed: 3, steps =>
        {
            using ChainFixture chain = new();
            foreach ((int kind, int place) in steps)
            {
                chain.Take(kind, place);
            }
            chain.Check();
            chain.Load();
            chain.Check();
        });

    [Fact]
    public void A_search_among_a_hundred_thousand_versions_takes_few_steps()
    {
        using ChainFixture chain = new();
        for (int i = 0; i < 100_000; i++)
        {
            chain.Take(0, 0);
        }
        for (int i = 0; i < 1000; i++)
        {
            Assert.InRange(chain.StepsTo(i * 97 + 5), 1, 200);
        }
    }

    [Fact]
    [Trait("Scenario", "36")]
    public async Task Searches_beside_the_writer_find_every_version_that_stays()
    {
        using ChainFixture chain = new();
        using CancellationTokenSource writing = new();
        using Barrier start = new(3);
        Task[] readers = [.. Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait(TimeSpan.FromMinutes(1));
                while (!writing.IsCancellationRequested)
                {
                    chain.CheckPermanent();
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        start.SignalAndWait(TimeSpan.FromMinutes(1));
        for (int i = 0; i < 60_000; i++)
        {
            chain.Take(i % 5 < 3 ? 0 : 7 + i % 3, i * 7919, keepsPermanent: true);
        }
        await writing.CancelAsync();
        await Task.WhenAll(readers);
    }
}
