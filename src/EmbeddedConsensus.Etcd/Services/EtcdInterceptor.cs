using EmbeddedConsensus.Etcd.Mapping;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace EmbeddedConsensus.Etcd.Services;

/// <summary>What holds for every call: a client that requires a leader gets an error while there is none, and what the
/// store throws becomes an error of the protocol.</summary>
/// <param name="store">The store.</param>
internal sealed class EtcdInterceptor(EtcdStore store) : Interceptor
{
    /// <inheritdoc />
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        CheckLeader(context);
        try
        {
            return await continuation(request, context);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw ExceptionMapping.ToRpcException(e);
        }
    }

    /// <inheritdoc />
    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        CheckLeader(context);
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw ExceptionMapping.ToRpcException(e);
        }
    }

    /// <inheritdoc />
    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        CheckLeader(context);
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw ExceptionMapping.ToRpcException(e);
        }
    }

    private void CheckLeader(ServerCallContext context)
    {
        if (LeaderRequirement.IsSet(context) && store.Keys.Status.Leader.IsNone)
        {
            throw EtcdErrors.NoLeader;
        }
    }
}
