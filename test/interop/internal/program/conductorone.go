package program

import (
	"encoding/json"
	"testing"

	"google.golang.org/protobuf/proto"

	v1 "github.com/conductorone/baton-sdk/pb/c1/connectorapi/baton/v1"
)

// ConductorOne is our simulated ConductorOne, running.
type ConductorOne struct {
	ClientID, ClientSecret, CertificateFile string

	process *process
}

// ConductorOneState is what it has received so far.
type ConductorOneState struct {
	// Calls are the names of the methods, in order; `token` is the token endpoint.
	Calls      []string
	UserAgents []string
	HostIDs    []string
	// Hellos are encoded messages.
	Hellos  [][]byte
	Uploads []ConductorOneUpload
}

// ConductorOneUpload is a file that arrived complete.
type ConductorOneUpload struct {
	TaskID string
	Path   string
	Bytes  int
	// Chunks are the sizes of its messages.
	Chunks []int
}

// StartConductorOne starts our simulated ConductorOne.
func StartConductorOne(t testing.TB) *ConductorOne {
	t.Helper()
	script := InCheckout(t, "test", "interop", "conductorone.ts")
	conductorone := &ConductorOne{process: start(t, nil, NodeModule(t, "node"), script, t.TempDir())}
	if err := json.Unmarshal(conductorone.process.readLine(t), conductorone); err != nil {
		t.Fatal(err)
	}
	return conductorone
}

// Env is the variables for a connector.
func (c *ConductorOne) Env() []string {
	return []string{
		"BATON_CLIENT_ID=" + c.ClientID,
		"BATON_CLIENT_SECRET=" + c.ClientSecret,
		"SSL_CERT_FILE=" + c.CertificateFile,
	}
}

// Add queues a task and returns its id.
func (c *ConductorOne) Add(t testing.TB, task *v1.Task) string {
	t.Helper()
	bytes, err := proto.Marshal(task)
	if err != nil {
		t.Fatal(err)
	}
	var id string
	c.ask(t, map[string]any{"add": bytes}, &id)
	return id
}

// Finished waits until the end of a task is reported.
func (c *ConductorOne) Finished(t testing.TB, id string) *v1.BatonServiceFinishTaskRequest {
	t.Helper()
	var bytes []byte
	c.ask(t, map[string]any{"finished": id}, &bytes)
	request := &v1.BatonServiceFinishTaskRequest{}
	if err := proto.Unmarshal(bytes, request); err != nil {
		t.Fatal(err)
	}
	return request
}

// Cancel makes the next heartbeat of a task say that it is cancelled.
func (c *ConductorOne) Cancel(t testing.TB, id string) {
	t.Helper()
	var nothing any
	c.ask(t, map[string]any{"cancel": id}, &nothing)
}

// Fail makes the next calls of a method fail: with a gRPC code or, for `token`, with an HTTP status.
func (c *ConductorOne) Fail(t testing.TB, call string, code, times int) {
	t.Helper()
	var nothing any
	c.ask(t, map[string]any{"fault": map[string]any{"call": call, "kind": "error", "code": code, "status": code, "times": times}}, &nothing)
}

// WaitFor waits for this many calls of a method.
func (c *ConductorOne) WaitFor(t testing.TB, call string, count int) {
	t.Helper()
	var found int
	c.ask(t, map[string]any{"waitFor": []any{call, count}}, &found)
}

// State returns what it has received so far.
func (c *ConductorOne) State(t testing.TB) ConductorOneState {
	t.Helper()
	var state ConductorOneState
	c.ask(t, map[string]any{"state": true}, &state)
	return state
}

func (c *ConductorOne) ask(t testing.TB, command map[string]any, answer any) {
	t.Helper()
	c.process.ask(t, command, answer)
}
