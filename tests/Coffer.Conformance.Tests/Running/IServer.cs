namespace Coffer.Conformance.Tests.Running;

/// <summary>A server that one case has for itself.</summary>
internal interface IServer : IAsyncDisposable
{
    /// <summary>Such as <c>http://127.0.0.1:8200</c>, without a slash at the end.</summary>
    string Address { get; }

    /// <summary>The time that the server lives by.</summary>
    TimeProvider Clock { get; }

    /// <summary>Lets this much of the server's time pass, and what becomes due in it happen.</summary>
    Task WaitAsync(TimeSpan time, CancellationToken cancellation);

    /// <summary>Stops the server and starts it again on the same data and port.</summary>
    /// <param name="gently">SIGTERM; otherwise SIGKILL.</param>
    Task RestartAsync(bool gently, CancellationToken cancellation);
}
