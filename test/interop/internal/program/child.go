package program

import (
	"context"
	"encoding/base64"
	"net"
	"os"
	"testing"

	"google.golang.org/protobuf/proto"

	connector_wrapper "github.com/conductorone/baton-sdk/pb/c1/connector_wrapper/v1"

	"interop/internal/sdkparent"
)

// Child is our program as a child of this process, started like the SDK does: the parent's own flags followed by the
// name of the command, the listener as file descriptor 3, a line on stdin, and a pipe that stays open.
type Child struct {
	// Address is the address of its listener.
	Address string

	process *process
}

// StartChild starts our program as a child that serves on the listener. The config gets its port.
func StartChild(t testing.TB, percipio *Percipio, listener *net.TCPListener, config *connector_wrapper.ServerConfig, flags ...string) *Child {
	t.Helper()
	argv := append(command(t), percipio.settings()...)
	argv = append(argv, flags...)
	cmd := newCommand(context.Background(), []string{"BATON_CONNECTOR_SERVICE_LISTENER_FD=3"}, append(argv, "_connector-service"))
	file, err := listener.File()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	cmd.ExtraFiles = []*os.File{file}
	child := &Child{Address: listener.Addr().String(), process: startCommand(t, cmd)}

	config.SetListenPort(uint32(listener.Addr().(*net.TCPAddr).Port))
	bytes, err := proto.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := child.process.stdin.Write([]byte(base64.StdEncoding.EncodeToString(bytes) + "\n")); err != nil {
		t.Fatal(err)
	}
	return child
}

// Log is what the child has logged so far.
func (c *Child) Log() []byte {
	return c.process.stderr.all()
}

// Leave closes the child's stdin, like a parent that ends, and returns how the child ended.
func (c *Child) Leave(t testing.TB) Result {
	t.Helper()
	_ = c.process.stdin.Close()
	return c.process.result(t)
}

// Kill kills the child.
func (c *Child) Kill() {
	_ = c.process.cmd.Process.Kill()
	_ = c.process.wait()
}

// SDKParent is a connector built on the SDK that syncs, with our program as its child.
type SDKParent struct {
	process *process
}

// StartSDKParent starts a sync into a file. The executable of the test must call sdkparent.RunIfAsked first.
func StartSDKParent(t testing.TB, percipio *Percipio, path string, flags ...string) *SDKParent {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	env, err := sdkparent.Env(command(t))
	if err != nil {
		t.Fatal(err)
	}
	argv := append([]string{executable}, percipio.settings()...)
	cmd := newCommand(context.Background(), env, append(append(argv, "--file", path), flags...))
	cmd.Dir = t.TempDir()
	return &SDKParent{startCommand(t, cmd)}
}

// Wait waits until parent and child have ended, and returns how the parent ended and what both have printed.
func (p *SDKParent) Wait(t testing.TB) Result {
	t.Helper()
	return p.process.result(t)
}

// Kill kills the parent, and waits for the child to end. The test fails if it does not.
func (p *SDKParent) Kill(t testing.TB) {
	t.Helper()
	_ = p.process.cmd.Process.Kill()
	p.process.result(t)
}
