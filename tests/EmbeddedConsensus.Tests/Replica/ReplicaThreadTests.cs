using EmbeddedConsensus.Replica;

namespace EmbeddedConsensus.Tests.Replica;

public sealed class ReplicaThreadTests
{
    [Fact]
    public void Waking_a_thread_that_has_ended_and_was_disposed_does_not_throw()
    {
        IdleThread thread = new();
        thread.Start();
        thread.StopAndJoin();
        thread.Dispose();

        // The first one finds it asleep.
        Assert.Null(Record.Exception(thread.Wake));
        Assert.Null(Record.Exception(thread.Wake));
    }

    [Fact]
    public void A_lane_whose_end_fails_too_ends_its_thread_and_not_the_process()
    {
        using FailingThread thread = new();
        thread.Start();
        thread.Join();

        Assert.True(thread.HasTriedToEnd);
    }

    private sealed class IdleThread() : ReplicaThread("idle", null)
    {
        protected override TimeSpan Turn() => Timeout.InfiniteTimeSpan;

        protected override void OnFault(Exception exception) => Assert.Fail("No turn fails.");
    }

    private sealed class FailingThread() : ReplicaThread("failing", null)
    {
        private readonly ManualResetEventSlim _ended = new();

        public bool HasTriedToEnd => _ended.IsSet;

        public void Join()
        {
            Assert.True(_ended.Wait(TimeSpan.FromMinutes(1)), "The thread has not ended.");
            StopAndJoin();
        }

        protected override TimeSpan Turn() => throw new InvalidOperationException("A turn that fails.");

        protected override void OnFault(Exception exception)
        {
            _ended.Set();
            throw new InvalidOperationException("An end that fails.");
        }
    }
}
