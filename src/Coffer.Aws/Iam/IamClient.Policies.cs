using Coffer.Aws.Calls;

namespace Coffer.Aws.Iam;

public sealed partial class IamClient
{
    /// <summary>Adds or replaces an inline policy. All inline policies of a user share 2,048 characters, white space not counted.</summary>
    public ValueTask PutUserPolicyAsync(string userName, string policyName, string document, CancellationToken cancellation) =>
        DoAsync("PutUserPolicy", Of("UserName", userName).Add("PolicyName", policyName).Add("PolicyDocument", document), cancellation);

    /// <summary>The document as JSON.</summary>
    public ValueTask<string> GetUserPolicyAsync(string userName, string policyName, CancellationToken cancellation) =>
        GetAsync(
            "GetUserPolicy", Of("UserName", userName).Add("PolicyName", policyName),
            static x => Uri.UnescapeDataString(x.Must("PolicyDocument")), cancellation);

    public ValueTask DeleteUserPolicyAsync(string userName, string policyName, CancellationToken cancellation) =>
        DoAsync("DeleteUserPolicy", Of("UserName", userName).Add("PolicyName", policyName), cancellation);

    public ValueTask<IReadOnlyList<string>> ListUserPoliciesAsync(string userName, CancellationToken cancellation) =>
        ListAsync("ListUserPolicies", Of("UserName", userName), "PolicyNames", static x => x.Value, cancellation);

    public ValueTask AttachUserPolicyAsync(string userName, string policyArn, CancellationToken cancellation) =>
        DoAsync("AttachUserPolicy", Of("UserName", userName).Add("PolicyArn", policyArn), cancellation);

    public ValueTask DetachUserPolicyAsync(string userName, string policyArn, CancellationToken cancellation) =>
        DoAsync("DetachUserPolicy", Of("UserName", userName).Add("PolicyArn", policyArn), cancellation);

    public ValueTask<IReadOnlyList<IamAttachedPolicy>> ListAttachedUserPoliciesAsync(string userName, CancellationToken cancellation) =>
        ListAsync(
            "ListAttachedUserPolicies", Of("UserName", userName), "AttachedPolicies",
            static x => new IamAttachedPolicy(x.Must("PolicyName"), x.Must("PolicyArn")), cancellation);

    public ValueTask AddUserToGroupAsync(string userName, string groupName, CancellationToken cancellation) =>
        DoAsync("AddUserToGroup", Of("UserName", userName).Add("GroupName", groupName), cancellation);

    public ValueTask RemoveUserFromGroupAsync(string userName, string groupName, CancellationToken cancellation) =>
        DoAsync("RemoveUserFromGroup", Of("UserName", userName).Add("GroupName", groupName), cancellation);

    public ValueTask<IReadOnlyList<IamGroup>> ListGroupsForUserAsync(string userName, CancellationToken cancellation) =>
        ListAsync(
            "ListGroupsForUser", Of("UserName", userName), "Groups",
            static x => new IamGroup(x.Must("GroupName"), x.Must("GroupId"), x.Must("Arn"), x.Text("Path") ?? "/"), cancellation);

    public ValueTask<IReadOnlyList<IamAttachedPolicy>> ListAttachedGroupPoliciesAsync(string groupName, CancellationToken cancellation) =>
        ListAsync(
            "ListAttachedGroupPolicies", Of("GroupName", groupName), "AttachedPolicies",
            static x => new IamAttachedPolicy(x.Must("PolicyName"), x.Must("PolicyArn")), cancellation);

    public ValueTask<IReadOnlyList<string>> ListGroupPoliciesAsync(string groupName, CancellationToken cancellation) =>
        ListAsync("ListGroupPolicies", Of("GroupName", groupName), "PolicyNames", static x => x.Value, cancellation);

    /// <summary>The document as JSON.</summary>
    public ValueTask<string> GetGroupPolicyAsync(string groupName, string policyName, CancellationToken cancellation) =>
        GetAsync(
            "GetGroupPolicy", Of("GroupName", groupName).Add("PolicyName", policyName),
            static x => Uri.UnescapeDataString(x.Must("PolicyDocument")), cancellation);
}
