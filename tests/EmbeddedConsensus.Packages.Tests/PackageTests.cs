using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace EmbeddedConsensus.Packages.Tests;

/// <summary>What ships is what an application can use.</summary>
public sealed partial class PackageTests(PackedPackages packages) : IClassFixture<PackedPackages>
{
    private static string MachinePackages =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    public static TheoryData<string> Names => [.. PackedPackages.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_documentation_describes_visible_types_only(string name)
    {
        HashSet<string> visible =
        [
            .. Assembly.Load(name).GetExportedTypes().Select(type => type.FullName!.Replace('+', '.')),
        ];
        string[] documented =
        [
            .. XDocument.Parse(packages.Read(name, $"lib/net10.0/{name}.xml")).Descendants("member")
                .Select(member => (string)member.Attribute("name")!)
                .Where(id => id.StartsWith("T:", StringComparison.Ordinal)).Select(id => id[2..]),
        ];
        Assert.NotEmpty(documented);
        Assert.Empty(documented.Except(visible));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_package_has_a_readme_a_license_and_its_repository(string name)
    {
        string description = packages.Read(name, $"{name}.nuspec");
        Assert.Contains("<readme>README.md</readme>", description, StringComparison.Ordinal);
        Assert.Contains(">Apache-2.0</license>", description, StringComparison.Ordinal);
        Assert.Matches("<repository type=\"git\" url=\"https://[^\"]+\"", description);
    }

    [Fact]
    public void The_testing_package_fits_only_the_version_that_it_was_built_with() =>
        Assert.Contains(
            $"<dependency id=\"EmbeddedConsensus\" version=\"[{packages.Version}]\"",
            packages.Read("EmbeddedConsensus.Testing", "EmbeddedConsensus.Testing.nuspec"),
            StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Names))]
    public void Packages_ask_for_the_lowest_version_of_the_extensions(string name) =>
        Assert.All(
            ExtensionsVersion().Matches(packages.Read(name, $"{name}.nuspec")),
            dependency => Assert.Equal("10.0.0", dependency.Groups["version"].Value));

    [Fact]
    public void An_application_with_async_LINQ_on_a_watch_compiles_and_runs()
    {
        string folder = Directory.CreateTempSubdirectory("ec-consumer-").FullName;
        try
        {
            string source = Path.Combine(AppContext.BaseDirectory, "Consumer");
            File.Copy(Path.Combine(source, "Consumer.csproj.txt"), Path.Combine(folder, "Consumer.csproj"));
            File.Copy(Path.Combine(source, "Program.cs"), Path.Combine(folder, "Program.cs"));
            DotNet.Run(
                folder,
                "build",
                "-c",
                "Release",
                "-v",
                "q",
                "-o",
                "out",
                $"-p:PackedFolder={packages.Folder}",
                $"-p:PackedVersion={packages.Version}",
                $"-p:MachinePackages={MachinePackages}");
            string printed = DotNet.Run(folder, "out/Consumer.dll", Path.Combine(folder, "data"));
            Assert.Equal(["1", "2"], printed.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [GeneratedRegex("id=\"Microsoft\\.Extensions\\.[^\"]+\" version=\"(?<version>[^\"]+)\"")]
    private static partial Regex ExtensionsVersion();
}
