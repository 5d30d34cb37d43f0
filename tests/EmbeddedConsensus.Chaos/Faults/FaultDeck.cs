namespace EmbeddedConsensus.Chaos.Faults;

/// <summary>Deals faults in random order, each once before any repeats, so that no kind depends on luck.</summary>
internal sealed class FaultDeck
{
    private IFault[] _faults;
    private readonly Random _random;
    private int _next;

    /// <summary>A shuffled deck.</summary>
    /// <param name="faults">The faults.</param>
    /// <param name="only">Text that the names of permitted faults contain.</param>
    /// <param name="seed">The seed of the order.</param>
    public FaultDeck(IEnumerable<IFault> faults, string only, int seed)
    {
        _faults = [.. faults.Where(fault => IsNamed(fault, only))];
        _random = new Random(seed);
        _next = _faults.Length;
    }

    /// <summary>Faults of processes and their disks, injected one after the other.</summary>
    public static IReadOnlyList<IFault> Processes { get; } =
    [
        KillFault.One, KillFault.Minority, KillFault.All, new PowerLossFault(), PauseFault.Leader, PauseFault.Followers,
        new SleepingLeaderFault(), new RestartFault(), new TransferFault(), new FullDiskFault(), new HangingDiskFault(),
        new LostFlushFault(), new TornTailFault(), new FlippedBitFault(), new SecondProcessFault(), new ReplaceFault(),
        new RemoveAndAddFault(), new GrowAndShrinkFault(), new MoveFault(),
    ];

    /// <summary>Faults of the environment, injected at the same time.</summary>
    public static IReadOnlyList<IFault> Surroundings { get; } =
    [
        NetworkFault.Partition, NetworkFault.OneWayPartition, NetworkFault.PartialPartition, NetworkFault.Delay,
        NetworkFault.Bandwidth, NetworkFault.Cuts, new SlowDiskFault(),
    ];

    /// <summary>Whether the deck is empty.</summary>
    public bool IsEmpty => _faults.Length == 0;

    /// <summary>The names of the faults in the deck.</summary>
    public IEnumerable<string> Names => _faults.Select(static fault => fault.Name);

    /// <summary>Whether the name of any fault contains a text.</summary>
    /// <param name="only">The text.</param>
    public static bool Has(string? only) =>
        only is null || Processes.Concat(Surroundings).Any(fault => IsNamed(fault, only));

    /// <summary>Removes faults for good.</summary>
    /// <param name="isUseless">Selects them.</param>
    public void Discard(Predicate<IFault> isUseless)
    {
        int count = _faults.Length;
        _faults = [.. _faults.Where(fault => !isUseless(fault))];
        _next = count == _faults.Length ? _next : _faults.Length;
    }

    /// <summary>The next fault with a random source of its own, so that its choices do not influence later faults.
    /// </summary>
    public (IFault Fault, Random Random) Deal()
    {
        if (_next == _faults.Length)
        {
            _random.Shuffle(_faults);
            _next = 0;
        }

        return (_faults[_next++], new Random(_random.Next()));
    }

    private static bool IsNamed(IFault fault, string only) =>
        fault.Name.Contains(only, StringComparison.OrdinalIgnoreCase);
}
