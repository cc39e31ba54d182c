namespace Coffer.AwsSandbox.S3.Calls;

/// <summary>What the path of a request names.</summary>
internal enum S3Level
{
    /// <summary>Nothing: the request is for the service itself.</summary>
    Service,

    Bucket,

    Object,
}
