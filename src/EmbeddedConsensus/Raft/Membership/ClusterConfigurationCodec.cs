using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace EmbeddedConsensus.Raft;

/// <summary>
/// A <see cref="ClusterConfiguration"/> as bytes: the payload of a <see cref="LogEntryKind.Configuration"/> entry, and
/// a part of snapshots and of messages.
/// </summary>
/// <remarks>Little endian. Version (1), cluster id (8), cluster name hash (8), last member id (8); the unused ids, a
/// count (1) of ranges and for each its first and last id (8 each); five lists of members, each a count (1) and ids (8
/// each): voters, outgoing voters, learners, next learners, planned voters; the members, a count (1) and for each id
/// (8), flags (1; bit 0: has started), format version (4), length of the address (2) and the address in UTF-8. Lists
/// are in ascending order of id without duplicates, and nothing follows the last member. Ranges are in ascending order,
/// do not touch, end before the last member id, and hold no id of a list. Format 1 had no unused ids; no release wrote
/// it.</remarks>
internal static partial class ClusterConfigurationCodec
{
    /// <summary>The format that this code writes.</summary>
    public const byte FormatVersion = 2;

    /// <summary>The most voters in a set. Each one more costs a message and a flush for every entry, and more than
    /// seven survive no failure that seven do not.</summary>
    public const int MaxVoters = 7;

    /// <summary>The most members of all kinds.</summary>
    public const int MaxMembers = 32;

    /// <summary>The longest address, in bytes of UTF-8.</summary>
    public const int MaxAddressBytes = 1024;

    /// <summary>The longest encoding, in bytes.</summary>
    public const int MaxBytes =
        FixedBytes + 1 + (ClusterConfiguration.MaxUnusedRanges * RangeBytes)
        + (ListCount * (1 + (MaxMembers * IdBytes))) + 1 + (MaxMembers * (MemberBytes + MaxAddressBytes));

    private const int IdBytes = sizeof(ulong);
    private const int FixedBytes = 1 + (3 * sizeof(ulong));
    private const int RangeBytes = 2 * IdBytes;
    private const int ListCount = 5;
    private const int MemberBytes = IdBytes + 1 + sizeof(uint) + sizeof(ushort);
    private const byte StartedFlag = 1;

    // Bytes that are no UTF-8 are damage, not something to be replaced.
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>The length of the encoding, in bytes.</summary>
    /// <param name="configuration">What to encode.</param>
    /// <exception cref="ArgumentException">A list is too long or out of order, or an address too long.</exception>
    public static int Measure(ClusterConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        CheckUnused(configuration);
        CheckList(configuration.Voters, MaxVoters, nameof(configuration.Voters));
        CheckList(configuration.OutgoingVoters, MaxVoters, nameof(configuration.OutgoingVoters));
        CheckList(configuration.Learners, MaxMembers, nameof(configuration.Learners));
        CheckList(configuration.LearnersNext, MaxMembers, nameof(configuration.LearnersNext));
        CheckList(configuration.PlannedVoters, MaxVoters, nameof(configuration.PlannedVoters));
        CheckList([.. configuration.Members.Select(member => member.Id)], MaxMembers, nameof(configuration.Members));
        int ids = configuration.Voters.Length + configuration.OutgoingVoters.Length + configuration.Learners.Length
            + configuration.LearnersNext.Length + configuration.PlannedVoters.Length;
        int length = FixedBytes + 1 + (configuration.UnusedIds.Length * RangeBytes) + ListCount + (ids * IdBytes) + 1;
        foreach (ClusterMember member in configuration.Members)
        {
            int address = Utf8.GetByteCount(member.Address);
            if (address > MaxAddressBytes)
            {
                throw new ArgumentException(
                    $"The address of member {member.Id} takes {address} bytes; at most {MaxAddressBytes} are allowed.",
                    nameof(configuration));
            }

            length += MemberBytes + address;
        }

        return length;
    }

    /// <summary>Encodes into a new array.</summary>
    /// <param name="configuration">What to encode.</param>
    /// <exception cref="ArgumentException">A list is too long or out of order, or an address too long.</exception>
    public static byte[] Encode(ClusterConfiguration configuration)
    {
        byte[] bytes = new byte[Measure(configuration)];
        Write(bytes, configuration);
        return bytes;
    }

    /// <summary>Encodes.</summary>
    /// <param name="destination">As long as <see cref="Measure"/> says.</param>
    /// <param name="configuration">What to encode; it has been measured.</param>
    public static void Write(Span<byte> destination, ClusterConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        destination[0] = FormatVersion;
        Span<byte> rest = WriteUInt64(destination[1..], configuration.ClusterId);
        rest = WriteUInt64(rest, configuration.ClusterNameHash);
        rest = WriteUInt64(rest, configuration.LastMemberId.Value);
        rest = WriteUnused(rest, configuration.UnusedIds);
        rest = WriteList(rest, configuration.Voters);
        rest = WriteList(rest, configuration.OutgoingVoters);
        rest = WriteList(rest, configuration.Learners);
        rest = WriteList(rest, configuration.LearnersNext);
        rest = WriteList(rest, configuration.PlannedVoters);
        rest[0] = (byte)configuration.Members.Length;
        rest = rest[1..];
        foreach (ClusterMember member in configuration.Members)
        {
            rest = WriteUInt64(rest, member.Id.Value);
            rest[0] = member.HasStarted ? StartedFlag : (byte)0;
            BinaryPrimitives.WriteUInt32LittleEndian(rest[1..], member.FormatVersion);
            int length = Utf8.GetBytes(member.Address, rest[(MemberBytes - IdBytes)..]);
            BinaryPrimitives.WriteUInt16LittleEndian(rest[5..], (ushort)length);
            rest = rest[(MemberBytes - IdBytes + length)..];
        }
    }

    /// <summary>Decodes.</summary>
    /// <param name="source">Exactly the encoding.</param>
    /// <exception cref="ClusterConfigurationFormatException">The bytes are damaged, or of a newer version.</exception>
    public static ClusterConfiguration Decode(ReadOnlySpan<byte> source)
    {
        if (source.Length < FixedBytes)
        {
            throw Damaged("it ends early");
        }

        if (source[0] != FormatVersion)
        {
            throw new ClusterConfigurationFormatException(
                $"A cluster configuration is in format {source[0]} and this version of the library reads format "
                + $"{FormatVersion}. Run the version that the other members run, and that wrote this member's disk.");
        }

        ReadOnlySpan<byte> rest = source[1..];
        ClusterConfiguration configuration = new()
        {
            ClusterId = ReadUInt64(ref rest),
            ClusterNameHash = ReadUInt64(ref rest),
            LastMemberId = new MemberId(ReadUInt64(ref rest)),
            UnusedIds = ReadUnused(ref rest),
            Voters = ReadList(ref rest, MaxVoters),
            OutgoingVoters = ReadList(ref rest, MaxVoters),
            Learners = ReadList(ref rest, MaxMembers),
            LearnersNext = ReadList(ref rest, MaxMembers),
            PlannedVoters = ReadList(ref rest, MaxVoters),
            Members = ReadMembers(ref rest),
        };
        if (!rest.IsEmpty)
        {
            throw Damaged("bytes follow its end");
        }

        return WhyUnusedIsWrong(configuration) is { } wrong ? throw Damaged(wrong) : configuration;
    }

    private static void CheckList(ImmutableArray<MemberId> ids, int limit, string name)
    {
        if (ids.Length > limit)
        {
            throw new ArgumentException($"{name} has {ids.Length} members; at most {limit} are allowed.", name);
        }

        for (int i = 0; i < ids.Length; i++)
        {
            if (ids[i].IsNone || (i > 0 && ids[i] <= ids[i - 1]))
            {
                throw new ArgumentException($"{name} is not in ascending order of id.", name);
            }
        }
    }

    private static Span<byte> WriteUInt64(Span<byte> destination, ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, value);
        return destination[sizeof(ulong)..];
    }

    private static Span<byte> WriteList(Span<byte> destination, ImmutableArray<MemberId> ids)
    {
        destination[0] = (byte)ids.Length;
        destination = destination[1..];
        foreach (MemberId id in ids)
        {
            destination = WriteUInt64(destination, id.Value);
        }

        return destination;
    }

    private static ulong ReadUInt64(ref ReadOnlySpan<byte> source)
    {
        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(Take(ref source, sizeof(ulong)));
        return value;
    }

    private static ImmutableArray<MemberId> ReadList(ref ReadOnlySpan<byte> source, int limit)
    {
        int count = ReadCount(ref source, limit);
        var ids = ImmutableArray.CreateBuilder<MemberId>(count);
        for (int i = 0; i < count; i++)
        {
            ids.Add(ReadId(ref source, i == 0 ? MemberId.None : ids[i - 1]));
        }

        return ids.MoveToImmutable();
    }

    private static ImmutableArray<ClusterMember> ReadMembers(ref ReadOnlySpan<byte> source)
    {
        int count = ReadCount(ref source, MaxMembers);
        var members = ImmutableArray.CreateBuilder<ClusterMember>(count);
        for (int i = 0; i < count; i++)
        {
            MemberId id = ReadId(ref source, i == 0 ? MemberId.None : members[i - 1].Id);
            byte flags = Take(ref source, 1)[0];
            if ((flags & ~StartedFlag) != 0)
            {
                throw Damaged($"member {id} has the unknown flags {flags}");
            }

            uint version = BinaryPrimitives.ReadUInt32LittleEndian(Take(ref source, sizeof(uint)));
            int length = BinaryPrimitives.ReadUInt16LittleEndian(Take(ref source, sizeof(ushort)));
            if (length > MaxAddressBytes)
            {
                throw Damaged($"the address of member {id} has {length} bytes");
            }

            members.Add(new ClusterMember(id, ReadAddress(Take(ref source, length)), flags != 0, version));
        }

        return members.MoveToImmutable();
    }

    private static string ReadAddress(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Damaged("an address is no UTF-8");
        }
    }

    private static int ReadCount(ref ReadOnlySpan<byte> source, int limit)
    {
        int count = Take(ref source, 1)[0];
        return count <= limit ? count : throw Damaged($"a list has {count} members and {limit} are allowed");
    }

    private static MemberId ReadId(ref ReadOnlySpan<byte> source, MemberId previous)
    {
        MemberId id = new(ReadUInt64(ref source));
        return id > previous ? id : throw Damaged("a list is not in ascending order of id");
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> source, int length)
    {
        if (source.Length < length)
        {
            throw Damaged("it ends early");
        }

        ReadOnlySpan<byte> taken = source[..length];
        source = source[length..];
        return taken;
    }

    private static ClusterConfigurationFormatException Damaged(string what) =>
        new($"A cluster configuration is damaged: {what}. If it came from disk, restore this member from the others.");
}
