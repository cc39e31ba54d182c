namespace Coffer.Sdk.Names;

/// <summary>A name template that cannot be parsed or rendered. The message says what is wrong and where; templates hold no secrets.</summary>
public sealed class NameTemplateException : Exception
{
    public NameTemplateException()
    {
    }

    public NameTemplateException(string message)
        : base(message)
    {
    }

    public NameTemplateException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
