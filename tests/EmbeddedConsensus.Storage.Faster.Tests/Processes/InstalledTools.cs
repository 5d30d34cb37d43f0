namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>The programs that are on the path.</summary>
internal static class InstalledTools
{
    /// <summary>Whether a program is there.</summary>
    public static bool Has(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, tool)));
}
