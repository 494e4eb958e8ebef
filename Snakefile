include: "workflow/Snakefile"


# An included file does not hand its default target on.
rule default:
    default_target: True
    input:
        rules.all.input,
