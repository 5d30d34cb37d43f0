using System.Text.RegularExpressions;

namespace EmbeddedConsensus.Tests.House;

/// <summary>The limits that docs/architecture.md states for the tree: small folders, whole classes, short paths through
/// the code.</summary>
public sealed partial class TreeShapeTests
{
    private const int MaxFilesInFolder = 20;
    private const int MaxPartsOfClass = 3;
    private const int MaxFilesOfPut = 35;
    private const int MaxFilesOfNewOperation = 12;

    [Fact]
    public void No_folder_of_the_sources_has_more_than_twenty_files() =>
        Assert.Empty(SourceFiles().GroupBy(file => Path.GetDirectoryName(file)!)
            .Where(folder => folder.Count() > MaxFilesInFolder)
            .Select(folder => $"{Path.GetRelativePath(RepositoryRoot.Path, folder.Key)}: {folder.Count()}"));

    [Fact]
    public void No_partial_class_has_more_than_three_parts() =>
        Assert.Empty(SourceFiles()
            .SelectMany(file => PartialType().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
            .GroupBy(name => name)
            .Where(parts => parts.Count() > MaxPartsOfClass)
            .Select(parts => $"{parts.Key}: {parts.Count()}"));

    [Theory]
    [InlineData("### The files of a put", MaxFilesOfPut)]
    [InlineData("### The files of a new operation", MaxFilesOfNewOperation)]
    [InlineData("### The files of an operation of transactions", MaxFilesOfNewOperation)]
    public void A_documented_path_through_the_code_is_short(string heading, int maxFiles)
    {
        string page = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "architecture.md"));
        int start = page.IndexOf(heading, StringComparison.Ordinal);
        Assert.True(start >= 0, $"docs/architecture.md has no section '{heading}'.");
        string section = page[(start + heading.Length)..];
        int end = section.IndexOf("\n#", StringComparison.Ordinal);
        int files = SourcePath().Matches(end < 0 ? section : section[..end])
            .Select(match => match.Value).Distinct().Count();

        Assert.InRange(files, 1, maxFiles);
    }

    private static IEnumerable<string> SourceFiles() =>
        Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"));

    [GeneratedRegex(@"\bpartial (?:class|record|struct|record struct) (\w+)")]
    private static partial Regex PartialType();

    [GeneratedRegex(@"`[\w./]+\.(?:cs|md)`")]
    private static partial Regex SourcePath();
}
