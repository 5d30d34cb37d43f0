namespace EmbeddedConsensus.Replica.Core;

/// <summary>A linearizable read that waits until this replica may serve it.</summary>
internal abstract class PendingRead : PendingCall
{
    /// <summary>Lets the reader read what this replica has published, unless the call has ended.</summary>
    public void TryRelease()
    {
        if (TryEnd())
        {
            OnReleased();
        }
    }

    /// <summary>Tells the caller that it may read.</summary>
    protected abstract void OnReleased();
}
