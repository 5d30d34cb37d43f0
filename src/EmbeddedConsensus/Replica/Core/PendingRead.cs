namespace EmbeddedConsensus.Replica.Core;

/// <summary>A linearizable read that waits until this replica may serve it.</summary>
internal abstract class PendingRead : PendingCall
{
    /// <summary>Lets the caller read the published state, unless the call has ended.</summary>
    public void TryRelease()
    {
        if (TryEnd())
        {
            OnReleased();
        }
    }

    /// <summary>Resumes the caller, which may read now.</summary>
    protected abstract void OnReleased();
}
