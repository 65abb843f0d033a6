package program

import "testing"

// Expander expands grants with our code.
type Expander struct{ process *process }

// Expanded is the result of an expansion; Error is why it failed.
type Expanded struct {
	Error          string
	Added, Skipped map[string]int
}

// StartExpander starts the process of an Expander.
func StartExpander(t testing.TB) *Expander {
	t.Helper()
	return &Expander{process: start(t, nil, NodeModule(t, "node"), InCheckout(t, "test", "interop", "expand.ts"))}
}

// Expand writes what a file lists into another one, with expanded grants.
func (e *Expander) Expand(t testing.TB, from, to string, bulkLoad bool, env map[string]string) (expanded Expanded) {
	t.Helper()
	e.process.ask(t, map[string]any{"from": from, "to": to, "bulkLoad": bulkLoad, "env": env}, &expanded)
	return expanded
}
