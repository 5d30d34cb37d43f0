using System.Diagnostics;
using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>The membership changes under load and under all other faults.</summary>
internal abstract class MembershipFault : IFault
{
    // A change waits for a new member to catch up over a disturbed network.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(300);

    /// <inheritdoc />
    public abstract string Name { get; }

    /// <inheritdoc />
    public string? WhyImpossible(ChaosCluster cluster) => null;

    /// <inheritdoc />
    public abstract Task RunAsync(FaultContext context);

    /// <summary>Repeats a change at any member until one reports it done.</summary>
    /// <param name="context">The cluster and the checks.</param>
    /// <param name="change">The change.</param>
    /// <exception cref="TimeoutException">It is not done within a generous time.</exception>
    protected static Task CarryThroughAsync(FaultContext context, NodeRequest.Membership change) =>
        AskUntilAsync(context, change, static _ => true);

    /// <summary>Repeats a request at any member until its reply is as expected.</summary>
    /// <param name="context">The cluster and the checks.</param>
    /// <param name="request">The request.</param>
    /// <param name="isDone">Whether a reply is as expected.</param>
    protected static async Task AskUntilAsync(
        FaultContext context, NodeRequest.Membership request, Predicate<NodeEvent.Reply> isDone)
    {
        Stopwatch waited = Stopwatch.StartNew();
        string failure = "";
        while (waited.Elapsed < Bound)
        {
            ClusterMember asked = context.AnyMember();
            NodeEvent.Reply reply = await ChaosCluster.TryAskAsync(asked, request, AskTimeout);
            if (reply.Error is null && isDone(reply))
            {
                context.Note("a membership change completes", null);
                context.Did("membership changes", request is NodeRequest.GetMembers ? 0 : 1);
                return;
            }

            failure = $"{request} at member {asked.Id}: {reply.Error ?? string.Join(", ", reply.Members)}";
            await Task.Delay(RetryInterval);
        }

        context.Note("a membership change completes", failure);
        throw new TimeoutException($"The change was not done within {Bound.TotalSeconds} s. {failure}");
    }

    /// <summary>Replaces a member by one with a new id and an empty disk, in one step.</summary>
    /// <param name="context">The cluster and the checks.</param>
    /// <param name="old">The member that leaves, dead or alive.</param>
    protected static async Task ReplaceAsync(FaultContext context, ClusterMember old)
    {
        ClusterMember fresh = await StartFreshAsync(context);
        await CarryThroughAsync(context, new NodeRequest.ReplaceMember(old.Id.Value, fresh.Address));
        await RetireAsync(context, old);
        context.Did("members replaced", 1);
    }

    /// <summary>Starts a member with an empty disk that joins the cluster.</summary>
    /// <param name="context">The cluster and the checks.</param>
    protected static async Task<ClusterMember> StartFreshAsync(FaultContext context)
    {
        ClusterMember fresh = context.Cluster.Add();
        await context.Cluster.StartAsync(fresh);
        return fresh;
    }

    /// <summary>Waits until a removed member reports its removal, unless it was dead; then retires it.</summary>
    /// <param name="context">The cluster and the checks.</param>
    /// <param name="removed">The member.</param>
    protected static async Task RetireAsync(FaultContext context, ClusterMember removed)
    {
        if (removed.Process is not null)
        {
            context.Note("a removed member stops on its own and reports it", await WaitForRemovalAsync(removed));
        }

        await context.Cluster.RetireAsync(removed);
    }

    private static async Task<string?> WaitForRemovalAsync(ClusterMember removed)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (waited.Elapsed < Bound && removed.Process is { HasExited: false } process)
        {
            if (process.Status is { State: StoreState.Removed } status)
            {
                return status.Fault is [nameof(MemberRemovedException), ..]
                    ? null
                    : $"Member {removed.Id} was removed and names {string.Join(" for ", status.Fault)} for it.";
            }

            await Task.Delay(RetryInterval);
        }

        return $"Member {removed.Id} was removed and does not report it: {removed.Process?.Status}";
    }
}
