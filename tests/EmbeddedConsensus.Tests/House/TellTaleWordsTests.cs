using System.Text.RegularExpressions;

namespace EmbeddedConsensus.Tests.House;

/// <summary>
/// Words that show a sentence was translated instead of written: each has a plain counterpart. The ceilings are a
/// ratchet: lower one when its count has fallen, never raise it. What is left under a ceiling is the word in its proper
/// sense ("behind" for place, for example).
/// </summary>
public sealed partial class TellTaleWordsTests
{
    public static TheoryData<string, int> Ceilings => new()
    {
        // "after" for time and order.
        { "behind", 56 },
        // The caller, the leader, no member.
        { "(some|no|every|any)body", 22 },
        { "who(ever)?", 13 },
        // "forever".
        { "for ever", 1 },
        // "at most", "at least".
        { "at the (most|least)", 2 },
        // "returns", "results in".
        { "gives|gave", 16 },
        // "reports", "distinguishes", "says".
        { "tells", 21 },
        // "continues".
        { "(go|goes|went|going) on", 23 },
    };

    [Theory]
    [MemberData(nameof(Ceilings))]
    public void Prose_uses_plain_words(string words, int ceiling)
    {
        Regex pattern = new($@"\b({words})\b", RegexOptions.IgnoreCase);
        List<string> found = [];
        foreach (string file in ProseFile.All())
        {
            found.AddRange(ProseFile.Lines(file).SelectMany(line => pattern.Matches(line).Select(
                _ => $"{Path.GetRelativePath(RepositoryRoot.Path, file)}: {line.Trim()}")));
        }

        Assert.True(found.Count <= ceiling,
            $"'{words}' occurs {found.Count} times, above the ceiling of {ceiling}:\n{string.Join('\n', found)}");
    }
}
