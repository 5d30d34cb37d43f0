namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>What a store leaves in the process after it was closed.</summary>
public sealed class ClosedLogTests
{
    [Fact]
    [Trait("Case", "T20")]
    public async Task No_task_is_left_whose_failure_nothing_observes()
    {
        using var folder = new TemporaryFolder();
        int unobserved = 0;
        void Count(object? sender, UnobservedTaskExceptionEventArgs arguments)
        {
            if (arguments.Exception.ToString().Contains("Log", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref unobserved);
            }
        }

        TaskScheduler.UnobservedTaskException += Count;
        try
        {
            for (int i = 0; i < 10; i++)
            {
                await TestLog.FillAsync(folder.Path, 2, clean: i % 2 == 0);
            }

            for (int i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Count;
        }

        Assert.Equal(0, unobserved);
    }
}
