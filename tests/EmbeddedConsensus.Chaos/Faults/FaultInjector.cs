using System.Diagnostics;
using System.Globalization;
using EmbeddedConsensus.Chaos.Checks;
using EmbeddedConsensus.Chaos.Nodes;

namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>Injects faults for the length of a round: process faults from one deck and environment faults from another,
/// so that the two overlap.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="checks">Receives the checks of the faults.</param>
/// <param name="seed">The seed of the plan.</param>
/// <param name="only">Text that the names of permitted faults contain; empty for all.</param>
/// <param name="log">Prints what happens.</param>
internal sealed class FaultInjector(
    ChaosCluster cluster, CheckBook checks, int seed, string only, Action<string> log)
{
    private static readonly TimeSpan MinRest = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxRest = TimeSpan.FromMilliseconds(1500);

    private readonly FaultDeck _processes = new(FaultDeck.Processes, only, seed);
    private readonly FaultDeck _surroundings = new(FaultDeck.Surroundings, only, ~seed);

    /// <summary>The faults injected so far.</summary>
    public FaultJournal Journal { get; } = new();

    /// <summary>Injects faults for a while. When it returns, all of them are healed.</summary>
    /// <param name="round">The round.</param>
    /// <param name="duration">For how long faults may begin.</param>
    public async Task RunAsync(int round, TimeSpan duration)
    {
        using CancellationTokenSource roundEnds = new(duration);
        await Task.WhenAll(
            RunAsync(_processes, round, cluster.AllRun, roundEnds.Token),
            RunAsync(_surroundings, round, static () => true, roundEnds.Token));
        await Task.Delay(Timeout.Infinite, roundEnds.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await HealAsync(round);
    }

    /// <summary>Deals from a deck until the round is over.</summary>
    /// <param name="deck">The deck.</param>
    /// <param name="round">The round.</param>
    /// <param name="mayGoOn">Whether another fault is allowed. A member that a fault left down may already be the one
    /// copy that can be missing, so the next fault must not take another.</param>
    /// <param name="roundEnds">Cancelled when the round is over.</param>
    private async Task RunAsync(FaultDeck deck, int round, Func<bool> mayGoOn, CancellationToken roundEnds)
    {
        deck.Discard(fault => WhyImpossible(fault) is not null);
        foreach (string name in deck.Names)
        {
            Journal.Expect(name);
        }

        while (!deck.IsEmpty && !roundEnds.IsCancellationRequested && mayGoOn())
        {
            (IFault fault, Random random) = deck.Deal();
            FaultContext context = new(cluster, random, checks, round, roundEnds);
            await context.HoldAsync(MinRest, MaxRest);
            log($"round {round}: {fault.Name}");
            Journal.Injected(fault.Name);
            Stopwatch time = Stopwatch.StartNew();
            await NoteFailureAsync(round, fault.Name, () => fault.RunAsync(context));
            Journal.Ended(fault.Name, time.Elapsed);
            log(string.Create(
                CultureInfo.InvariantCulture,
                $"round {round}: {fault.Name} is healed, after {time.Elapsed.TotalSeconds:F1} s"));
        }
    }

    private string? WhyImpossible(IFault fault)
    {
        string? reason = fault.WhyImpossible(cluster);
        if (reason is not null)
        {
            Journal.Skipped(fault.Name, reason);
        }

        return reason;
    }

    /// <summary>Heals what a fault left behind when it did not complete.</summary>
    private async Task HealAsync(int round)
    {
        cluster.Links.HealAll();
        foreach (ClusterMember member in cluster.Members)
        {
            member.Resume();
            member.Disk.Free();
            if (member.Process is not { HasExited: false })
            {
                await NoteFailureAsync(round, "healing", () => cluster.RestartAsync(member));
            }
        }
    }

    private async Task NoteFailureAsync(int round, string name, Func<Task> act)
    {
        string? failure = null;
        try
        {
            await act();
        }
        catch (Exception exception) when (
            exception is InvalidOperationException or NodeUnavailableException or TimeoutException or IOException)
        {
            failure = $"{name}: {exception}";
        }

        checks.Note(round, "every fault can be healed", failure);
    }
}
