namespace Mle.Runner.Commands;

/// <summary>Prints the JSON schema of study files, which editors complete and check by.</summary>
sealed class StudySchemaCommand : Verb
{
    const string Resource = "study.schema.json";

    public StudySchemaCommand(Terminal terminal) : base(
        "schema", "Print the JSON schema of study files.", "mle study schema > study.schema.json") => SetAction(_ =>
        {
            terminal.Out.Write(Text());
            return Program.Done;
        });

    public static string Text()
    {
        using var reader = new StreamReader(typeof(StudySchemaCommand).Assembly.GetManifestResourceStream(Resource)!);
        return reader.ReadToEnd();
    }
}
