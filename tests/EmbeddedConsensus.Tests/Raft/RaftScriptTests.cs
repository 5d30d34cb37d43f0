namespace EmbeddedConsensus.Tests.Raft;

public sealed class RaftScriptTests
{
    public static TheoryData<string> Scripts => [.. RaftScript.Names];

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_script_produces_its_transcript(string name) => RaftScript.Run(name);
}
