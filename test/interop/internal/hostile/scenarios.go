package hostile

import (
	"cmp"
	"slices"
)

// Scenario is a world with a name, and what the Go syncer makes of it.
type Scenario struct {
	Name  string
	Build func() *World
	// Fails is whether the Go syncer fails. It keeps a scenario from failing for another reason than it is meant to.
	Fails bool
	// Differs is how our sync differs from the Go syncer's, if it does: the reason is in the row of docs/parity.md that
	// begins with Parity.
	Differs Difference
	Parity  string
	// Rows are those that differ, if Differs is ContentsDiffer: "v1_grants" and the id, or "stats".
	Rows []string
	// Unstable says that the Go syncer differs from itself, at random: ours must have all the rows that it has.
	Unstable bool
}

// Difference is how our sync of a world differs from the Go syncer's.
type Difference string

const (
	// None is both failing with the same code, or both ending with the same rows.
	None           Difference = "equal"
	OnlyOursFails  Difference = "only ours fails"
	OnlyGoFails    Difference = "only Go fails"
	CodesDiffer    Difference = "the codes differ"
	ContentsDiffer Difference = "the contents differ"
)

// Scenarios are all that have a name.
func Scenarios() []Scenario {
	scenarios := slices.Concat(listScenarios, pageTokenScenarios, skipScenarios, childScenarios, failureScenarios, vanishedScenarios,
		dataScenarios, exclusionScenarios, grantScenarios, expansionScenarios, optionScenarios, targetScenarios, externalScenarios)
	for i := range scenarios {
		scenarios[i].Differs = cmp.Or(scenarios[i].Differs, None)
	}
	return scenarios
}

// changed is a world with a change.
func changed(build func() *World, change func(*World)) func() *World {
	return func() *World {
		world := build()
		change(world)
		return world
	}
}

// inSmall is the small world with a change.
func inSmall(change func(*World)) func() *World {
	return changed(small, change)
}

// inScoped is the type-scoped world with a change.
func inScoped(change func(*World)) func() *World {
	return changed(func() *World { return scoped() }, change)
}
