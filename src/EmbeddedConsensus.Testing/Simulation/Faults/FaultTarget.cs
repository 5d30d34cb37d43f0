using System.Globalization;
using System.Numerics;

namespace EmbeddedConsensus.Testing.Simulation.Faults;

/// <summary>The target of a fault: some replicas by number, or the leader at the time of the fault.</summary>
internal readonly record struct FaultTarget
{
    private const ulong LeaderBit = 1UL << 63;

    private readonly ulong _bits;

    private FaultTarget(ulong bits) => _bits = bits;

    /// <summary>No replica.</summary>
    public static FaultTarget None => default;

    /// <summary>All replicas.</summary>
    public static FaultTarget All => new(~LeaderBit);

    /// <summary>The leader.</summary>
    public static FaultTarget Leader => new(LeaderBit);

    /// <summary>Whether it is the leader.</summary>
    public bool IsLeader => _bits == LeaderBit;

    /// <summary>One replica.</summary>
    /// <param name="number">Its place in the cluster, from 0.</param>
    public static FaultTarget Of(int number) => new(1UL << number);

    /// <summary>Some replicas.</summary>
    /// <param name="numbers">A bit for each.</param>
    public static FaultTarget OfMask(ulong numbers) => new(numbers & ~LeaderBit);

    /// <summary>Whether a replica is one of them.</summary>
    /// <param name="number">Its place in the cluster.</param>
    /// <param name="leader">The number of the leader, or -1.</param>
    public bool Includes(int number, int leader) => IsLeader ? number == leader : ((_bits >> number) & 1) != 0;

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse(string text, out FaultTarget target)
    {
        target = text switch { "leader" => Leader, "all" => All, _ => None };
        if (target != None)
        {
            return true;
        }

        ulong bits = 0;
        foreach (string part in text.Split('+'))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int id) || id is < 1 or > 62)
            {
                return false;
            }

            bits |= 1UL << (id - 1);
        }

        target = new FaultTarget(bits);
        return true;
    }

    /// <summary>The members' ids, as in 1+3.</summary>
    public override string ToString()
    {
        if (IsLeader)
        {
            return "leader";
        }

        if (this == All)
        {
            return "all";
        }

        List<string> ids = [];
        for (ulong rest = _bits; rest != 0; rest &= rest - 1)
        {
            ids.Add((BitOperations.TrailingZeroCount(rest) + 1).ToString(CultureInfo.InvariantCulture));
        }

        return string.Join('+', ids);
    }
}
