include: "workflow/Snakefile"


# An included file does not hand its default target on. The first rule written here is the target of
# a run, and none in a workflow that uses this one as a module.
rule default:
    input:
        rules.all.input,
