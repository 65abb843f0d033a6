package program

import (
	"context"
	"os"
	"syscall"
	"testing"

	"interop/internal/goconnector"
)

// GoConnector is a connector built on the SDK, with the SDK's runner, in service mode.
type GoConnector struct {
	process *process
}

// StartGoConnector starts one. The variables contain the credentials and the address of ConductorOne. The executable of
// the test must call goconnector.RunIfAsked first.
func StartGoConnector(t testing.TB, env []string, flags ...string) *GoConnector {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	all := append(append([]string{"BATON_TMPDIR=" + t.TempDir()}, env...), goconnector.Env...)
	cmd := newCommand(context.Background(), all, append([]string{executable}, flags...))
	cmd.Dir = t.TempDir()
	return &GoConnector{startCommand(t, cmd)}
}

// Interrupt stops it with SIGINT, which the SDK's runner handles, and returns how it ended.
func (c *GoConnector) Interrupt(t testing.TB) Result {
	t.Helper()
	_ = c.process.cmd.Process.Signal(syscall.SIGINT)
	return c.process.result(t)
}

// Wait waits until it has ended by itself.
func (c *GoConnector) Wait(t testing.TB) Result {
	t.Helper()
	return c.process.result(t)
}
