using EmbeddedConsensus.Raft;

namespace EmbeddedConsensus.Replica.Core;

/// <summary>
/// The order in which a snapshot from the leader is written, published, loaded and reported. A step of consensus comes
/// in, the next action goes out; the driver executes it and returns its completion or failure. The replica and the
/// simulator drive this very class.
/// </summary>
/// <remarks>
/// The older snapshots, and with them the state that the log continues, stay until the new one is known to be loadable.
/// One that isn't is deleted again, so that no start can fail on it; after a failure nothing but clean-up is done.
/// </remarks>
internal sealed class SnapshotInstallation
{
    private SnapshotReceiveEffectKind _step;
    private SnapshotAction _action;
    private bool _hasWriter;
    private bool _hasLoaded;
    private bool _hasFailed;

    /// <summary>Begins a step. The one before it is done.</summary>
    /// <returns>The first action; <see cref="SnapshotAction.None"/> after a failure.</returns>
    public SnapshotAction Begin(SnapshotReceiveEffectKind step)
    {
        if (_action != SnapshotAction.None)
        {
            throw new InvariantViolationException(
                $"A snapshot's step {step} begins while {_action} of step {_step} is not completed.");
        }

        if (_hasFailed)
        {
            return SnapshotAction.None;
        }

        if (step == SnapshotReceiveEffectKind.Restore && !_hasLoaded)
        {
            throw new InvariantViolationException("A snapshot is to be restored that was not loaded, or was aborted.");
        }

        _step = step;
        return _action = step switch
        {
            SnapshotReceiveEffectKind.Begin => _hasWriter ? SnapshotAction.CloseWriter : SnapshotAction.OpenWriter,
            SnapshotReceiveEffectKind.Write => SnapshotAction.WriteChunk,
            SnapshotReceiveEffectKind.Publish => SnapshotAction.Publish,
            SnapshotReceiveEffectKind.Abort => NextCleanUp(),
            _ => SnapshotAction.Restore,
        };
    }

    /// <summary>The action is done.</summary>
    /// <returns>The next one.</returns>
    public SnapshotAction Completed()
    {
        NoteCompleted();
        return _action = (_step, _action) switch
        {
            (_, SnapshotAction.DeleteUnreadable) => SnapshotAction.ReportFailure,
            (SnapshotReceiveEffectKind.Begin, SnapshotAction.CloseWriter) => SnapshotAction.OpenWriter,
            (SnapshotReceiveEffectKind.Write, SnapshotAction.WriteChunk) => SnapshotAction.ReportWritten,
            (SnapshotReceiveEffectKind.Publish, _) => NextOfPublication(),
            (SnapshotReceiveEffectKind.Abort, _) => NextCleanUp(),
            _ => SnapshotAction.None,
        };
    }

    /// <summary>The action failed.</summary>
    /// <returns>The next one.</returns>
    public SnapshotAction Failed()
    {
        _hasFailed = true;
        return _action = _action switch
        {
            SnapshotAction.Load => SnapshotAction.DeleteUnreadable,
            SnapshotAction.ReportFailure => SnapshotAction.None,
            _ => SnapshotAction.ReportFailure,
        };
    }

    /// <summary>The replica stops. No step is under way.</summary>
    /// <returns>The first action of the clean-up.</returns>
    public SnapshotAction Close()
    {
        _hasFailed = true;
        _step = SnapshotReceiveEffectKind.Abort;
        return _action = NextCleanUp();
    }

    private SnapshotAction NextOfPublication() => _action switch
    {
        SnapshotAction.Publish => SnapshotAction.CloseWriter,
        SnapshotAction.CloseWriter when _hasLoaded => SnapshotAction.DiscardLoaded,
        SnapshotAction.CloseWriter or SnapshotAction.DiscardLoaded => SnapshotAction.Load,

        // Only now: should it be unreadable here, the older state is still whole.
        SnapshotAction.Load => SnapshotAction.DeleteOlder,
        SnapshotAction.DeleteOlder => SnapshotAction.ReportPublished,
        _ => SnapshotAction.None,
    };

    private SnapshotAction NextCleanUp() => _hasLoaded ? SnapshotAction.DiscardLoaded
        : _hasWriter ? SnapshotAction.CloseWriter
        : SnapshotAction.None;

    private void NoteCompleted()
    {
        switch (_action)
        {
            case SnapshotAction.OpenWriter:
                _hasWriter = true;
                break;
            case SnapshotAction.CloseWriter:
                _hasWriter = false;
                break;
            case SnapshotAction.Load:
                _hasLoaded = true;
                break;
            case SnapshotAction.DiscardLoaded or SnapshotAction.Restore:
                _hasLoaded = false;
                break;
            default:
                break;
        }
    }
}
