extern alias tcp;

using tcp::EmbeddedConsensus.Transport.Tcp.Wire;

namespace EmbeddedConsensus.Tests.Raft;

/// <summary>Members of this build take part in a conversation that was recorded by the first build of each version of
/// the protocol, and answer as its members did.</summary>
/// <remarks>With RECORD_MEMBERS=1 the test rewrites the file of the newest version. A line that changes means that a
/// member of this build answers otherwise than a member of the build before, with which it must work in one cluster:
/// read the difference line by line.</remarks>
public sealed class MemberConversationTests
{
    private const string Sent = "sends";

    public static TheoryData<int> Versions => [.. Enumerable.Range(ProtocolVersion.Min, ProtocolVersion.Max)];

    [Theory]
    [MemberData(nameof(Versions))]
    [Trait("Scenario", "43")]
    public async Task Members_answer_a_recorded_conversation_byte_for_byte(int version)
    {
        if (version == ProtocolVersion.Max && Environment.GetEnvironmentVariable("RECORD_MEMBERS") == "1")
        {
            await File.WriteAllLinesAsync(FileOf(version), await RecordAsync());
        }

        MemberConversation members = new((byte)version);
        Queue<string> due = new();
        foreach (string line in await File.ReadAllLinesAsync(FileOf(version)))
        {
            if (line.StartsWith(Sent, StringComparison.Ordinal))
            {
                Assert.Equal(line, due.Dequeue());
                continue;
            }

            Assert.Empty(due);
            foreach ((ulong to, string frame) in await members.ReactAsync(line))
            {
                due.Enqueue($"{Sent}\t{to}\t{frame}");
            }
        }

        Assert.Empty(due);
        Assert.Equal(9, members.AppliedBy(1).Count(entry => entry.Contains("write", StringComparison.Ordinal)));
        Assert.All(MemberConversation.Ids, id => Assert.Equal(members.AppliedBy(1), members.AppliedBy(id)));
    }

    /// <summary>An election, writes and reads at the leader and at a follower, and a follower that misses entries and
    /// gets a snapshot.</summary>
    private static async Task<IReadOnlyList<string>> RecordAsync()
    {
        Recorder recorder = new();
        while (recorder.Members.Leader == 0)
        {
            await recorder.TickAsync();
        }

        ulong leader = recorder.Members.Leader;
        ulong follower = (leader % 3) + 1;
        ulong absent = (follower % 3) + 1;
        for (int i = 0; i < 3; i++)
        {
            await recorder.InputAsync($"propose\t{leader}\twrite {i} at the leader");
            await recorder.InputAsync($"propose\t{follower}\twrite {i} at a follower");
            await recorder.InputAsync($"read\t{leader}\t{i + 1}");
            await recorder.InputAsync($"read\t{follower}\t{i + 1}");
            await recorder.TickAsync();
        }

        for (int i = 0; i < 3; i++)
        {
            await recorder.InputAsync($"propose\t{leader}\twrite {i} without member {absent}", without: absent);
            await recorder.TickAsync(without: absent);
        }

        await recorder.InputAsync($"compact\t{leader}");
        for (int i = 0; i < 30; i++)
        {
            await recorder.TickAsync();
        }

        return recorder.Lines;
    }

    private static string FileOf(int version) => Path.Combine(
        RepositoryRoot.Path, "tests", "EmbeddedConsensus.Tests", "Raft", "Recorded", $"members-{version}.txt");

    /// <summary>Delivers what the members send, in order, and writes all of it down.</summary>
    private sealed class Recorder
    {
        private readonly List<string> _lines = [];

        public MemberConversation Members { get; } = new(ProtocolVersion.Max);

        public IReadOnlyList<string> Lines => _lines;

        public async Task TickAsync(ulong without = 0)
        {
            foreach (ulong id in MemberConversation.Ids.Where(id => id != without))
            {
                await InputAsync($"tick\t{id}", without);
            }
        }

        /// <summary>An input, and everything that follows from it. No frame reaches or leaves an absent
        /// member.</summary>
        public async Task InputAsync(string input, ulong without = 0)
        {
            Queue<string> inputs = new([input]);
            while (inputs.TryDequeue(out string? next))
            {
                _lines.Add(next);
                foreach ((ulong to, string frame) in await Members.ReactAsync(next))
                {
                    _lines.Add($"{Sent}\t{to}\t{frame}");
                    if (to != without)
                    {
                        inputs.Enqueue($"frame\t{to}\t{frame}");
                    }
                }
            }
        }
    }
}
