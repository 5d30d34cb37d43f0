using System.Text.RegularExpressions;

namespace EmbeddedConsensus.Architecture.Tests;

/// <summary>A C# file.</summary>
/// <param name="Path">Its path relative to the repository's root.</param>
/// <param name="Lines">Its lines.</param>
internal sealed partial record SourceFile(string Path, string[] Lines)
{
    /// <summary>The type that the file is named after.</summary>
    public string TypeName => System.IO.Path.GetFileName(Path).Split('.')[0];

    /// <summary>The names of the types that it declares outside of other types. Those of kind <c>file</c> do not
    /// count.</summary>
    public IEnumerable<string> TopLevelTypes =>
        Lines.Select(line => TypeDeclaration().Match(line)).Where(match => match.Success)
            .Select(match => match.Groups["name"].Value);

    /// <summary>The names of the partial types that it declares, nested ones too.</summary>
    public IEnumerable<string> PartialTypes =>
        Lines.Select(line => PartialDeclaration().Match(line)).Where(match => match.Success)
            .Select(match => match.Groups["name"].Value);

    /// <summary>Its lines without comments and texts.</summary>
    public IEnumerable<string> Code => Lines.Select(line => CommentOrText().Replace(line, ""));

    [GeneratedRegex(@"^(public |internal )?((static|sealed|abstract|readonly|ref|partial|unsafe) )*"
        + @"(class|struct|record struct|record class|record|interface|enum) (?<name>\w+)")]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"\bpartial (class|struct|record struct|record|interface) (?<name>\w+)")]
    private static partial Regex PartialDeclaration();

    [GeneratedRegex("""
        //.*|"[^"]*"
        """)]
    private static partial Regex CommentOrText();
}
