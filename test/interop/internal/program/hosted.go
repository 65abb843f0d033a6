package program

import (
	"bytes"
	"context"
	"encoding/json"
	"syscall"
	"testing"
)

// Hosted is our program as a hosted connector: the process of a function of AWS Lambda.
type Hosted struct {
	process *process
}

// StartHosted starts the command `lambda`. All settings are in the environment.
func StartHosted(t testing.TB, env ...string) *Hosted {
	t.Helper()
	cmd := newCommand(context.Background(), env, append(command(t), "lambda"))
	cmd.Dir = t.TempDir()
	return &Hosted{startCommand(t, cmd)}
}

// Config are the values of the form that lead a hosted connector to this Percipio.
func (p *Percipio) Config() map[string]any {
	return map[string]any{"base-url": p.URL, "organization-id": p.OrganizationID, "api-token": p.Token}
}

// Log is what the process has logged so far, one object a line. The test fails if a line is not JSON.
func (h *Hosted) Log(t testing.TB) (lines []map[string]any) {
	t.Helper()
	for text := range bytes.Lines(h.process.stderr.all()) {
		var line map[string]any
		if err := json.Unmarshal(text, &line); err != nil {
			t.Errorf("a line of the log is not JSON (%v): %s", err, text)
			continue
		}
		lines = append(lines, line)
	}
	return lines
}

// Freeze and Continue do what Lambda does between two invocations.
func (h *Hosted) Freeze() { _ = h.process.cmd.Process.Signal(syscall.SIGSTOP) }

// Continue ends a Freeze.
func (h *Hosted) Continue() { _ = h.process.cmd.Process.Signal(syscall.SIGCONT) }

// Kill ends the process as Lambda does. When this returns, it has ended.
func (h *Hosted) Kill() {
	_ = h.process.cmd.Process.Kill()
	_ = h.process.wait()
}

// Wait waits until the process has ended by itself.
func (h *Hosted) Wait(t testing.TB) Result {
	t.Helper()
	return h.process.result(t)
}

// Stop ends the process with SIGTERM, and returns all that it has written.
func (h *Hosted) Stop(t testing.TB) Result {
	t.Helper()
	_ = h.process.cmd.Process.Signal(syscall.SIGTERM)
	return h.process.result(t)
}
