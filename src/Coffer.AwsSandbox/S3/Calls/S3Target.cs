using System.Text;
using Coffer.Aws.Signing;
using Coffer.AwsSandbox.Wire;

namespace Coffer.AwsSandbox.S3.Calls;

/// <summary>The bucket and key that a request is about; both empty for the service itself.</summary>
internal readonly record struct S3Target(string Bucket, string Key)
{
    public string BucketArn => $"arn:aws:s3:::{Bucket}";

    public string Arn => Bucket.Length == 0 ? "*" : Key.Length == 0 ? BucketArn : $"{BucketArn}/{Key}";

    public S3Level Level => Bucket.Length == 0 ? S3Level.Service : Key.Length == 0 ? S3Level.Bucket : S3Level.Object;

    /// <summary>Path style, and host style for hosts such as <c>bucket.s3.amazonaws.com</c> and <c>bucket.localhost</c>.</summary>
    public static S3Target Of(WireRequest request)
    {
        string path;
        try
        {
            path = Encoding.UTF8.GetString(UriText.Decode(request.RawPath.AsSpan().TrimStart('/'), plusIsSpace: false));
        }
        catch (FormatException)
        {
            throw new AwsFault(400, "InvalidURI", "Couldn't parse the specified URI.");
        }

        var host = (request.Header("host") ?? "").Split(':')[0];
        var end = host.IndexOf(".s3.", StringComparison.OrdinalIgnoreCase);
        end = end < 0 && host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase) ? host.Length - ".localhost".Length : end;
        if (end > 0)
        {
            return new S3Target(host[..end], path);
        }

        var slash = path.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? new S3Target(path, "") : new S3Target(path[..slash], path[(slash + 1)..]);
    }
}
