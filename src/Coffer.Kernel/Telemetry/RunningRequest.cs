using Coffer.Kernel.Requests;

namespace Coffer.Kernel.Telemetry;

/// <summary>A request on its way, and what metrics and traces say of it: never more than its mount, its operation and its status.</summary>
/// <param name="request">As it came in.</param>
/// <param name="startTime">When it came.</param>
public sealed class RunningRequest(ApiRequest request, DateTimeOffset startTime)
{
    /// <summary>The type of a path that leads to no mount.</summary>
    private const string NoMount = "none";

    public ApiRequest Request { get; } = request;

    public DateTimeOffset StartTime { get; } = startTime;

    /// <summary>Type of the mount that it led to; <c>none</c> where it led to none, or has not been routed.</summary>
    internal string MountType { get; private set; } = NoMount;

    /// <summary>Path of that mount; empty where there is none.</summary>
    internal string MountPath { get; private set; } = "";

    /// <summary>A write is an update here, whether or not it makes something.</summary>
    internal string OperationName => Request.NameOf(Request.Operation);

    internal void LeadsTo(string? mountType, string? mountPath) => (MountType, MountPath) = (mountType ?? NoMount, mountPath ?? "");
}
