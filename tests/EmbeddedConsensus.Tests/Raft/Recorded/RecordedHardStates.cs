using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Tests.Raft;

/// <summary>Hard states as each version of their encoding writes them: a file of lines with a name, a tab and the bytes
/// in hexadecimal.</summary>
/// <remarks>With RECORD_HARD_STATES=1 the test writes the file of the newest version. Do that for a new version or an
/// added line only: a changed line means that a member cannot read what an earlier build has promised.</remarks>
internal static class RecordedHardStates
{
    /// <summary>The newest version.</summary>
    public const int Newest = 1;

    public static bool IsRecording => Environment.GetEnvironmentVariable("RECORD_HARD_STATES") == "1";

    /// <summary>The hard states, by name.</summary>
    public static IReadOnlyDictionary<string, HardState> All { get; } = new Dictionary<string, HardState>
    {
        ["first"] = new(1, new MemberId(1), 0, new MemberId(1)),
        ["no-vote"] = new(7, MemberId.None, 300, new MemberId(2)),
        ["founding"] = new(9, new MemberId(3), 0, new MemberId(2), new FoundingState(0x1234, FoundingStage.Pledged)),
        ["founding-over"] = new(
            90, new MemberId(1), 5_000, new MemberId(3), new FoundingState(1UL << 63, FoundingStage.Agreed)),
        ["edges"] = new(
            ulong.MaxValue, new MemberId(ulong.MaxValue), ulong.MaxValue, new MemberId(0x8e9e05c52164694d),
            new FoundingState(ulong.MaxValue, FoundingStage.Agreed)),
    };

    /// <summary>The lines of a version's recording, by name.</summary>
    public static Dictionary<string, byte[]> Load(int version) =>
        File.ReadAllLines(FileOf(version))
            .Select(line => line.Split('\t'))
            .ToDictionary(parts => parts[0], parts => Convert.FromHexString(parts[1]));

    /// <summary>Writes the recording of the newest version.</summary>
    public static void Save() =>
        File.WriteAllLines(
            FileOf(Newest),
            All.Select(line => $"{line.Key}\t{Convert.ToHexStringLower(HardStateCodec.Encode(line.Value))}"));

    private static string FileOf(int version) => Path.Combine(
        RepositoryRoot.Path,
        "tests", "EmbeddedConsensus.Tests", "Raft", "Recorded", $"hard-state-{version}.txt");
}
