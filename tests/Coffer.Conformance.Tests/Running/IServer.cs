namespace Coffer.Conformance.Tests.Running;

/// <summary>A server of its own for one case.</summary>
internal interface IServer : IAsyncDisposable
{
    /// <summary>Such as <c>http://127.0.0.1:8200</c>, without a slash at the end.</summary>
    string Address { get; }

    /// <summary>Stops the server and starts it again on the same data and port.</summary>
    /// <param name="gently">SIGTERM; otherwise SIGKILL.</param>
    Task RestartAsync(bool gently, CancellationToken cancellation);
}
