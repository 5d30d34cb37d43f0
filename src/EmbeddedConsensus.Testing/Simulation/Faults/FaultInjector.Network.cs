namespace EmbeddedConsensus.Testing.Simulation.Faults;

/// <summary>Faults of the network.</summary>
internal sealed partial class FaultInjector
{
    private bool Partition(FaultEvent fault)
    {
        int leader = cluster.LeaderNumber;
        ILookup<bool, int> sides = cluster.Replicas.Select(replica => replica.Number)
            .ToLookup(number => fault.Target.Includes(number, leader));
        return CutLinks(Links(sides[true], sides[false], fault.Direction), fault.DurationMicros, fault.Kind);
    }

    private List<(int From, int To)> LinksOf(FaultEvent fault) => Links(
        Targets(fault).Select(replica => replica.Number),
        Peers(fault).Select(replica => replica.Number),
        fault.Direction);

    private static List<(int From, int To)> Links(IEnumerable<int> here, IEnumerable<int> there, LinkDirection way)
    {
        List<(int From, int To)> links = [];
        foreach (int one in here)
        {
            foreach (int other in there)
            {
                if (one == other)
                {
                    continue;
                }

                if (way != LinkDirection.Incoming)
                {
                    links.Add((one, other));
                }

                if (way != LinkDirection.Outgoing)
                {
                    links.Add((other, one));
                }
            }
        }

        return links;
    }

    private bool CutLinks(List<(int From, int To)> links, long durationMicros, FaultKind kind)
    {
        foreach ((int from, int to) in links)
        {
            cluster.Network.Cut(from, to, 1);
        }

        After(durationMicros, kind, () => links.ForEach(link => cluster.Network.Cut(link.From, link.To, -1)));
        return links.Count > 0;
    }

    private bool FlapLinks(FaultEvent fault)
    {
        List<(int From, int To)> links = LinksOf(fault);
        long period = fault.DurationMicros / Math.Max(1, fault.Amount);
        for (int i = 0; i < fault.Amount; i++)
        {
            After(i * period, fault.Kind, () => CutLinks(links, period / 2, fault.Kind));
        }

        return links.Count > 0;
    }

    private bool BeginNoise(FaultEvent fault)
    {
        NoiseWindow window = new(fault, random.Fork((ulong)fault.AtMicros ^ ((ulong)fault.Kind << 56)));
        cluster.Network.Add(window);
        After(fault.DurationMicros, fault.Kind, () => cluster.Network.Remove(window));
        return true;
    }
}
