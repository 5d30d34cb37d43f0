using System.IO.Compression;

namespace EmbeddedConsensus.Packages.Tests;

/// <summary>The packages as they ship, packed once for all tests.</summary>
public sealed class PackedPackages : IDisposable
{
    /// <summary>Every package.</summary>
    public static readonly string[] Names =
    [
        "EmbeddedConsensus", "EmbeddedConsensus.Etcd", "EmbeddedConsensus.Storage.Faster", "EmbeddedConsensus.Testing",
        "EmbeddedConsensus.Transport.Tcp",
    ];

    /// <summary>Packs.</summary>
    public PackedPackages()
    {
        string root = FindRoot();
        string configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal)
            ? "Release"
            : "Debug";
        foreach (string name in Names)
        {
            DotNet.Run(root, "pack", $"src/{name}", "-c", configuration, "--no-build", "-o", Folder, "-v", "q");
        }

        string file = Path.GetFileNameWithoutExtension(
            Directory.GetFiles(Folder, "EmbeddedConsensus.Testing.*.nupkg")[0]);
        Version = file["EmbeddedConsensus.Testing.".Length..];
    }

    /// <summary>Where they are.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("ec-packages-").FullName;

    /// <summary>The version of all of them.</summary>
    public string Version { get; }

    /// <summary>Opens a package.</summary>
    public ZipArchive Open(string name) => ZipFile.OpenRead(Path.Combine(Folder, $"{name}.{Version}.nupkg"));

    /// <summary>Reads a file of a package.</summary>
    public string Read(string name, string file)
    {
        using ZipArchive package = Open(name);
        using StreamReader reader = new(package.GetEntry(file)!.Open());
        return reader.ReadToEnd();
    }

    /// <inheritdoc />
    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "EmbeddedConsensus.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
