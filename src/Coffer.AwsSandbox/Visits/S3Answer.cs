namespace Coffer.AwsSandbox.Visits;

/// <summary>What S3 said to one request.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">AWS's word for the refusal, such as <c>AccessDenied</c>; empty when it was allowed.</param>
/// <param name="Text">The object's content after an allowed GET; else empty or of no interest.</param>
public sealed record S3Answer(int Status, string Code, string Text)
{
    public bool Allowed => Status is >= 200 and < 300;
}
