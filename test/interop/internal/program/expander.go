package program

import "testing"

// Expander expands grants with our code.
type Expander struct{ process *process }

// StartExpander starts the process of an Expander.
func StartExpander(t testing.TB) *Expander {
	t.Helper()
	return &Expander{process: start(t, nil, NodeModule(t, "node"), InCheckout(t, "test", "interop", "expand.ts"))}
}

// Expand writes what a file lists into another one, with expanded grants. It returns the error message, if there is one.
func (e *Expander) Expand(t testing.TB, from, to string, bulkLoad bool) string {
	t.Helper()
	var answer struct{ Error string }
	e.process.ask(t, map[string]any{"from": from, "to": to, "bulkLoad": bulkLoad}, &answer)
	return answer.Error
}
