namespace EmbeddedConsensus;

/// <summary>Asks watches for progress. Give it to one or more watches with
/// <see cref="WatchOptions.ProgressTrigger"/>.</summary>
/// <remarks>Its methods may be called from any thread.</remarks>
public sealed class WatchProgressTrigger
{
    private readonly Lock _gate = new();
    private readonly HashSet<Action> _watches = [];

    /// <summary>Makes every watch that has this trigger report progress as soon as it has delivered everything that its
    /// replica has applied by now, whether or not the keys changed. Requests that come before the report share
    /// it.</summary>
    public void Request()
    {
        lock (_gate)
        {
            foreach (Action watch in _watches)
            {
                watch();
            }
        }
    }

    internal void Attach(Action watch)
    {
        lock (_gate)
        {
            _watches.Add(watch);
        }
    }

    internal void Detach(Action watch)
    {
        lock (_gate)
        {
            _watches.Remove(watch);
        }
    }
}
