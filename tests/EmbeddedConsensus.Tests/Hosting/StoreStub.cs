using System.Reflection;

namespace EmbeddedConsensus.Tests.Hosting;

/// <summary>A store of a given status, of which every read passes. Not sealed: the proxy derives from it.</summary>
public class StoreStub : DispatchProxy
{
    private StoreStatus? _status;

    /// <summary>Makes the stub.</summary>
    public static IKeyValueStore Create(StoreStatus status)
    {
        IKeyValueStore store = Create<IKeyValueStore, StoreStub>();
        ((StoreStub)(object)store)._status = status;
        return store;
    }

    /// <inheritdoc />
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod!.ReturnType == typeof(StoreStatus)
            ? _status
            : Activator.CreateInstance(targetMethod.ReturnType);
}
