// Package program runs our program and its simulated Percipio as separate processes. Each listens on a free port and
// ends with the test that started it.
package program

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	// startTimeout is generous: it only catches a program that never becomes ready.
	startTimeout = 60 * time.Second
	// stopTimeout is how long a program may take to stop before it is killed.
	stopTimeout = 10 * time.Second
	// runTimeout is for commands that end by themselves.
	runTimeout = 3 * time.Minute
)

// process is a program that runs until the test ends.
type process struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
	stderr *buffer
	// wait returns once the process has ended. It can be called again.
	wait func() error
}

// start starts a program. It is stopped when the test ends, unless it has ended before.
func start(t testing.TB, env []string, argv ...string) *process {
	t.Helper()
	return startCommand(t, newCommand(context.Background(), env, argv))
}

func startCommand(t testing.TB, cmd *exec.Cmd) *process {
	t.Helper()
	argv := cmd.Args
	p := &process{cmd: cmd, stderr: &buffer{}}
	cmd.Stderr = p.stderr
	// Our own pipes: Wait closes those of exec.Cmd, and here it runs in parallel with the reading.
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	outReader, outWriter, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = outWriter
	p.stdin, p.stdout = stdin, bufio.NewReader(outReader)
	if err := cmd.Start(); err != nil {
		t.Fatalf("cannot start %s: %v", argv[0], err)
	}
	_ = outWriter.Close()
	p.wait = sync.OnceValue(cmd.Wait)
	t.Cleanup(func() {
		_ = p.stop()
		_ = outReader.Close()
		if t.Failed() {
			t.Logf("what %s said on stderr:\n%s", strings.Join(argv[:min(3, len(argv))], " "), p.stderr.tail())
		}
	})
	return p
}

// stop asks the process to end, kills it if it does not, and returns what Wait returns.
func (p *process) stop() error {
	kill := time.AfterFunc(stopTimeout, func() { _ = p.cmd.Process.Kill() })
	defer kill.Stop()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	return p.wait()
}

// readLine reads the next line of output. The test ends if there is none.
func (p *process) readLine(t testing.TB) []byte {
	t.Helper()
	type result struct {
		line []byte
		err  error
	}
	read := make(chan result, 1)
	go func() {
		line, err := p.stdout.ReadBytes('\n')
		read <- result{line, err}
	}()
	select {
	case got := <-read:
		if got.err != nil {
			t.Fatalf("%s ended before it was ready (%v)", p.cmd.Path, p.stop())
		}
		return bytes.TrimSpace(got.line)
	case <-time.After(startTimeout):
		t.Fatalf("%s said nothing for %s", p.cmd.Path, startTimeout)
		return nil
	}
}

// ask sends a line of JSON, and reads one.
func (p *process) ask(t testing.TB, command map[string]any, answer any) {
	t.Helper()
	text, err := json.Marshal(command)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.stdin.Write(append(text, '\n')); err != nil {
		t.Fatal(err)
	}
	line := p.readLine(t)
	if err := json.Unmarshal(line, answer); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
}

// Result is how a command ended.
type Result struct {
	ExitCode int
	Stdout   []byte
	Stderr   []byte
}

// result waits until the process has ended, and every process that still has its output open. The test ends if they do
// not.
func (p *process) result(t testing.TB) Result {
	t.Helper()
	ended := make(chan []byte, 1)
	go func() {
		stdout, _ := io.ReadAll(p.stdout)
		_ = p.wait()
		ended <- stdout
	}()
	select {
	case stdout := <-ended:
		return Result{ExitCode: p.cmd.ProcessState.ExitCode(), Stdout: stdout, Stderr: p.stderr.all()}
	case <-time.After(startTimeout):
		t.Fatalf("%s has not ended within %s", p.cmd.Path, startTimeout)
		return Result{}
	}
}

// Run runs a command to its end.
func Run(t testing.TB, env []string, argv ...string) Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), runTimeout)
	defer cancel()
	var stdout, stderr bytes.Buffer
	cmd := newCommand(ctx, env, argv)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		t.Fatalf("cannot run %s: %v\n%s", strings.Join(argv, " "), err, stderr.Bytes())
	}
	return Result{ExitCode: cmd.ProcessState.ExitCode(), Stdout: stdout.Bytes(), Stderr: stderr.Bytes()}
}

func newCommand(ctx context.Context, env, argv []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	// The environment of the tests must not become settings of the program.
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "BATON_") {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	cmd.Env = append(cmd.Env, env...)
	dieWithParent(cmd)
	return cmd
}

// buffer is what a process has written so far.
type buffer struct {
	mutex sync.Mutex
	bytes bytes.Buffer
}

func (b *buffer) Write(data []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.bytes.Write(data)
}

func (b *buffer) all() []byte {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return bytes.Clone(b.bytes.Bytes())
}

// tail returns the last lines.
func (b *buffer) tail() []byte {
	all := b.all()
	return all[max(0, len(all)-4000):]
}
