using EmbeddedConsensus.Storage;

namespace EmbeddedConsensus.Testing.Storage;

/// <summary>Something that outlives the log storages that work on it, such as a folder. Disposing it disposes what is
/// still open and removes the data.</summary>
public abstract class LogStorageMedium : IAsyncDisposable
{
    /// <summary>Makes a storage over the medium. The check disposes it, or calls <see cref="CrashAsync"/>, before it
    /// asks for another.</summary>
    public abstract ILogStorage Open();

    /// <summary>Whether <see cref="CrashAsync"/> works.</summary>
    public virtual bool CanCrash => false;

    /// <summary>Leaves the medium as the sudden end of the process would, without disposing the open storage; the
    /// storage is not used afterwards.</summary>
    public virtual ValueTask CrashAsync() => throw new NotSupportedException("This medium cannot crash.");

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await DisposeAsyncCore().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    /// <summary>Disposes what is still open and removes the data.</summary>
    protected abstract ValueTask DisposeAsyncCore();
}
