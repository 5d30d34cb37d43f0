using System.Runtime.CompilerServices;

namespace EmbeddedConsensus.Tests.Api;

public sealed class ErrorTests
{
    [Fact]
    public void A_failure_says_whether_to_repeat_the_call_and_whether_it_may_have_executed()
    {
        Assert.True(new TooManyRequestsException("m") is { IsTransient: true, MayHaveExecuted: false });
        Assert.True(new QuorumUnavailableException("m") is { IsTransient: true, MayHaveExecuted: false });
        Assert.True(new OutcomeUnknownException("m") is { IsTransient: false, MayHaveExecuted: true });
        Assert.True(new StoreStoppedException("m") is { IsTransient: false, MayHaveExecuted: false });
        Assert.True(new ReplicaFaultedException("m") is { IsTransient: false, MayHaveExecuted: false });
        Assert.True(new MembershipChangeRefusedException(MembershipRefusal.NotReady, "m").IsTransient);
        Assert.False(new MembershipChangeRefusedException(MembershipRefusal.LastVoter, "m").IsTransient);
    }

    [Fact]
    public void No_failure_is_both_harmless_to_repeat_and_possibly_executed()
    {
        foreach (Type type in typeof(ConsensusStoreException).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(ConsensusStoreException))))
        {
            ConsensusStoreException failure = (ConsensusStoreException)
                RuntimeHelpers.GetUninitializedObject(type);
            Assert.False(failure is { IsTransient: true, MayHaveExecuted: true }, type.Name);
        }
    }

    [Fact]
    public void A_bad_request_is_an_argument_exception_and_a_cancelled_write_a_cancellation()
    {
        ArgumentException bad = new InvalidRequestException("key", "The key is empty.");
        using CancellationTokenSource source = new();
        WriteCanceledException cancelled = new("m", mayHaveExecuted: true, source.Token);

        Assert.Equal("key", bad.ParamName);
        Assert.IsAssignableFrom<OperationCanceledException>(cancelled);
        Assert.Equal(source.Token, cancelled.CancellationToken);
        Assert.True(cancelled.MayHaveExecuted);
    }
}
