using System.Reflection;
using System.Runtime.CompilerServices;
using Coffer.Sdk.Engines;

namespace Coffer.Kernel.Tests.Engines;

/// <summary>What authors of engines compile against. A change of it is seen in review, as a change of the approved file.</summary>
public sealed class SdkSurfaceTests
{
    /// <summary>Set to 1, this variable has the file written instead of compared.</summary>
    private const string Write = "COFFER_SURFACE_WRITE";

    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public async Task The_public_surface_of_the_sdk_is_the_approved_one()
    {
        var file = Path.Combine(Root(), "src", "Coffer.Sdk", "PublicApi.txt");
        var surface = string.Join('\n', typeof(IEngine).Assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal).SelectMany(LinesOf)) + "\n";
        if (Environment.GetEnvironmentVariable(Write) == "1")
        {
            await File.WriteAllTextAsync(file, surface, TestContext.Current.CancellationToken);
        }

        var approved = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.True(approved == surface, $"the SDK's public surface has changed; if that is meant, run this test with {Write}=1 and commit {file}. Differences: {Differences(approved, surface)}");
    }

    private static string Differences(string approved, string surface)
    {
        var (before, after) = (approved.Split('\n'), surface.Split('\n'));
        return string.Join("; ", before.Except(after).Select(line => "- " + line.Trim()).Concat(after.Except(before).Select(line => "+ " + line.Trim())).Take(20));
    }

    private static IEnumerable<string> LinesOf(Type type)
    {
        var kind = type.IsInterface ? "interface" : type.IsEnum ? "enum" : type.IsValueType ? "struct" : type.IsAbstract && type.IsSealed ? "static class" : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";
        var parents = type.GetInterfaces().Select(NameOf).Order(StringComparer.Ordinal).Prepend(type.BaseType is { } parent && parent != typeof(object) ? NameOf(parent) : "").Where(name => name.Length > 0);
        yield return $"{kind} {NameOf(type)} : {string.Join(", ", parents)}";
        foreach (var line in type.GetMembers(Declared).Where(IsVisible).Select(SignatureOf).Where(line => line.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            yield return "    " + line;
        }
    }

    private static bool IsVisible(MemberInfo member) => !member.Name.Contains('<', StringComparison.Ordinal) && member switch
    {
        MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
        FieldInfo field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsVisible),
        _ => false,
    };

    private static string SignatureOf(MemberInfo member) => member switch
    {
        ConstructorInfo constructor => $"new({ParametersOf(constructor)})",
        MethodInfo { IsSpecialName: false } method => $"{(method.IsStatic ? "static " : "")}{(method.IsAbstract ? "abstract " : "")}{NameOf(method.ReturnType)} {method.Name}{ArgumentsOf(method)}({ParametersOf(method)})",
        FieldInfo { IsSpecialName: false } field => $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{NameOf(field.FieldType)} {field.Name}{(field.IsLiteral ? $" = {field.GetRawConstantValue()}" : "")}",
        PropertyInfo property => $"{(property.GetAccessors(nonPublic: true)[0].IsStatic ? "static " : "")}{NameOf(property.PropertyType)} {property.Name} {{ {string.Join(' ', property.GetAccessors(nonPublic: true).Where(IsVisible).Select(AccessorOf))} }}",
        _ => "",
    };

    private static string AccessorOf(MethodInfo accessor) => accessor.Name.StartsWith("get_", StringComparison.Ordinal) ? "get;"
        : accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init;" : "set;";

    private static string ArgumentsOf(MethodInfo method) => method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(NameOf))}>" : "";

    private static string ParametersOf(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(parameter => $"{NameOf(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? " = default" : "")}"));

    private static string NameOf(Type type)
    {
        if (type.IsByRef)
        {
            return "ref " + NameOf(type.GetElementType()!);
        }

        var name = type.IsGenericParameter ? type.Name : (type.IsNested ? NameOf(type.DeclaringType!) + "." : "") + type.Name.Split('`')[0];
        return type.IsGenericType ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>" : name;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Coffer.slnx")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
