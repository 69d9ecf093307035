"""Scenarios: a pathway tried on a clock of its own, through the same services that people use.

scenarios = read_scenarios(path.read_bytes(), "on-time.yaml")      # ScenarioRefused: file, step, key
with TrialGround([diagram, *forms]) as ground:                      # DefinitionRefused: a file can't be run
    verdicts = [play(ground, scenario) for scenario in scenarios]
    ground.coverage()

Import from the modules; this one stays empty so that the command line starts at once.
"""
