using Coffer.Aws.Signing;
using Coffer.AwsSandbox.Visits;

namespace Coffer.Walkthrough.Tests.Running;

/// <summary>Credentials that were read.</summary>
/// <param name="User">The user that AWS shows for them.</param>
/// <param name="Credentials">The key.</param>
/// <param name="HardEnd">From when AWS refuses the key by itself.</param>
internal sealed record HandedOut(VisitedUser User, AwsCredentials Credentials, DateTimeOffset HardEnd);
