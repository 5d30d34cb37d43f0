namespace EmbeddedConsensus.Storage.Faster.Tests;

/// <summary>A test that mounts a disk of its own, and is skipped where that is not allowed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TmpfsFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> CanMount = new(() =>
    {
        using var folder = new TemporaryFolder();
        using Tmpfs? disk = Tmpfs.TryMount(folder.Path, 64);
        return disk is not null;
    });

    public TmpfsFactAttribute()
    {
        if (!CanMount.Value)
        {
            Skip = "Mounting a tmpfs is not allowed here.";
        }
    }
}
