namespace Coffer.AwsSandbox.Visits;

/// <summary>A user as an AWS account shows it.</summary>
/// <param name="Name">The user's name.</param>
/// <param name="AccessKeyIds">Its access keys, active or not.</param>
public sealed record VisitedUser(string Name, IReadOnlyList<string> AccessKeyIds);
