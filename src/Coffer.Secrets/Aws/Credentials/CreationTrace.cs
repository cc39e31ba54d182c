using Coffer.Aws.Calls;

namespace Coffer.Secrets.Aws.Credentials;

/// <summary>What a creation may have left at AWS, as far as its answers say. For one creation.</summary>
internal sealed class CreationTrace
{
    /// <summary>A call of IAM got no answer and may still be carried out.</summary>
    public bool IsUnanswered { get; private set; }

    /// <summary>A call that makes something was sent, and it is not certain that AWS refused it.</summary>
    public bool MayHaveMade { get; private set; }

    public void NoteUnanswered() => IsUnanswered = true;

    /// <summary>The first call that makes something is sent now.</summary>
    public void NoteMaking() => MayHaveMade = true;

    /// <summary>The first call that makes something failed like this.</summary>
    public void NoteFailure(AwsException error) => MayHaveMade = !error.NothingDone;
}
