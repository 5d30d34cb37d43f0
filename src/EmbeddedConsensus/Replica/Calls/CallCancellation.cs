using EmbeddedConsensus.Replica.Core;

namespace EmbeddedConsensus.Replica;

/// <summary>The registration of a call with its caller's token, released when the call ends: a token that lives long
/// must not keep the calls that were made with it. A field of the call.</summary>
internal struct CallCancellation
{
    private CancellationTokenRegistration _registration;
    private bool _isSet;

    /// <summary>Lets a token end a call that has been submitted. Called once.</summary>
    /// <param name="call">The call that has this field.</param>
    /// <param name="cancel">Cancels the call; a static lambda.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public void Listen(
        PendingCall call, Action<object?, CancellationToken> cancel, CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled)
        {
            return;
        }

        _registration = cancellationToken.UnsafeRegister(cancel, call);
        Volatile.Write(ref _isSet, true);

        // Either the thread that ends the call sees the registration, or the end is seen here.
        Interlocked.MemoryBarrier();
        if (call.HasEnded)
        {
            Release();
        }
    }

    /// <summary>Lets go of the token. The call has ended. Does not wait for a cancellation that is running.</summary>
    public readonly void Release()
    {
        if (Volatile.Read(in _isSet))
        {
            _registration.Unregister();
        }
    }
}
