using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Testing.Clusters;

/// <summary>A one-way link. Guarded by its network.</summary>
/// <param name="seed">What losses and delays are drawn from.</param>
internal sealed class ClusterLink(ulong seed)
{
    /// <summary>The most times that a message arrives.</summary>
    public const int MaxCopies = 2;

    // What is beyond is lost, as in a full queue of a router.
    private const int MaxDelayed = 10_000;

    // As many bits as a double holds exactly.
    private const int FractionBits = 53;

    private readonly DeterministicRandom _random = new(seed);
    private bool _isReachable = true;
    private int _delayed;

    /// <summary>Completes when the receiver has room for what comes late.</summary>
    public Task Room { get; set; } = Task.CompletedTask;

    /// <summary>What happens to what passes.</summary>
    public LinkConditions Conditions { get; set; } = new();

    /// <summary>Draws what happens to a message.</summary>
    /// <param name="delays">How long each copy is on its way.</param>
    /// <returns>How often it arrives.</returns>
    public int Draw(Span<TimeSpan> delays)
    {
        if (Chance(Conditions.LossProbability))
        {
            return 0;
        }

        int copies = Chance(Conditions.DuplicateProbability) ? MaxCopies : 1;
        for (int i = 0; i < copies; i++)
        {
            delays[i] = Conditions.Latency
                + (Conditions.Jitter > TimeSpan.Zero ? Fraction() * Conditions.Jitter : TimeSpan.Zero);
        }

        return copies;
    }

    /// <summary>Counts a message that is on its way; false when there are too many.</summary>
    public bool TryAddDelayed()
    {
        if (_delayed == MaxDelayed)
        {
            return false;
        }

        _delayed++;
        return true;
    }

    /// <summary>A message is no longer on its way.</summary>
    public void RemoveDelayed() => _delayed--;

    /// <summary>Notes whether a message found its way.</summary>
    /// <returns>Whether it was otherwise with the message before.</returns>
    public bool Note(bool isReachable)
    {
        bool isNews = isReachable != _isReachable;
        _isReachable = isReachable;
        return isNews;
    }

    private bool Chance(double probability) => probability > 0 && Fraction() < probability;

    private double Fraction() => (_random.NextUInt64() >> (64 - FractionBits)) / (double)(1UL << FractionBits);
}
