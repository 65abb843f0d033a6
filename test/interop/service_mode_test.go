package interop

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	v1 "github.com/conductorone/baton-sdk/pb/c1/connectorapi/baton/v1"
	"github.com/conductorone/baton-sdk/pkg/crypto"

	"interop/internal/check"
	"interop/internal/conductorone"
	"interop/internal/program"
)

// uploadChunk is the size of the messages that the SDK's runner splits a file into.
const uploadChunk = 512 * 1024

// A ConductorOne made of the SDK's parts hands out tasks, and our program runs them.
func TestServiceMode(t *testing.T) {
	// Large enough for an upload of several messages, and a report slow enough for a second heartbeat.
	percipio := program.StartPercipio(t, program.Organization{
		Users: 1500, Courses: 400, ActivityRows: 30_000,
	})
	percipio.DelayReport(t, 2500*time.Millisecond, 4)
	for name, variables := range map[string][]string{"GetTask": nil, "GetTasks": {"BATON_GET_TASKS=true"}} {
		t.Run(name, func(t *testing.T) {
			server := conductorone.Start(t)
			service := program.StartService(t, percipio, append(server.Env(), variables...))
			before := percipio.ReportsRequested(t)
			var ids []string
			for i := range 2 {
				id := server.Add(v1.Task_builder{SyncFull: &v1.Task_SyncFullTask{}}.Build())
				ids = append(ids, id)
				isSynced(t, server, id, percipio.Truth)
				server.WaitForHeartbeats(t, id, 2)
				check.Equal(t, "reports requested", percipio.ReportsRequested(t)-before, i+1)
			}

			// Without provisioning, a change fails for good. A revoked token is replaced.
			server.RevokeAll()
			user, course := &v2.ResourceId{ResourceType: "user", Resource: "u"}, &v2.ResourceId{ResourceType: "course", Resource: "c"}
			id := server.Add(v1.Task_builder{Grant: v1.Task_GrantTask_builder{
				Principal:   &v2.Resource{Id: user},
				Entitlement: &v2.Entitlement{Id: "e", Resource: &v2.Resource{Id: course}},
			}.Build()}.Build())
			finished := server.Finished(t, id)
			check.That(t, finished.HasError() && finished.GetError().GetNonRetryable(), "a grant ended with %v", finished)
			check.That(t, codes.Code(finished.GetStatus().GetCode()) != codes.OK, "a failure has the code OK")
			id = server.Add(v1.Task_builder{Hello: &v1.Task_HelloTask{}}.Build())
			again := server.WaitForHello(t, id)
			atStart := server.WaitForHello(t, "")
			again.SetTaskId("")
			check.That(t, proto.Equal(again, atStart), "Hello for a task tells %v, and at the start %v", again, atStart)
			check.Equal(t, "name in Hello", atStart.GetConnectorMetadata().GetDisplayName(), "Percipio Connector")

			result := service.Stop(t)
			check.Equal(t, "exit code after SIGTERM", result.ExitCode, 0)
			check.Equal(t, "stdout", string(result.Stdout), "")
			check.NoIDs(t, "temporary files", service.TemporaryFiles(t))
			for _, id := range ids {
				check.Equal(t, "reports of the end of a task", server.FinishCount(id), 1)
				check.Equal(t, "files of a task", len(server.Uploads(id)), 1)
			}
			calls := server.Calls()
			check.Equal(t, "first call", calls[0], "Hello")
			check.That(t, slices.Contains(calls, name), "%s was not called, but %v", name, calls)
			check.SameIDs(t, "hosts", server.HostIDs(), []string{"host-of-the-test"})
			for _, request := range server.TokenRequests() {
				provesIdentity(t, request)
			}
			check.Equal(t, "requests for a token", len(server.TokenRequests()), 2)
			showsNoSecret(t, server, percipio, result.Stderr)
		})
	}
}

// The SDK's runner runs a task of the same ConductorOne: our program must do the same.
func TestServiceModeOfTheSDK(t *testing.T) {
	server := conductorone.Start(t)
	connector := program.StartGoConnector(t, server.Env())
	ours := conductorone.Start(t)
	program.StartService(t, program.StartPercipio(t, program.Organization{Users: 20, Courses: 10, ActivityRows: 50}), ours.Env())
	for _, each := range []*conductorone.Server{server, ours} {
		id := each.Add(v1.Task_builder{SyncFull: &v1.Task_SyncFullTask{}}.Build())
		check.That(t, each.Finished(t, id).HasSuccess(), "the task ended with %v", each.Finished(t, id))
		for _, request := range each.TokenRequests() {
			provesIdentity(t, request)
		}
		check.Equal(t, "files", len(each.Uploads(id)), 1)
	}
	check.Equal(t, "exit code", connector.Interrupt(t).ExitCode, 0)
	check.Equal(t, "calls but for those for tasks", callsBesidesPolls(ours), callsBesidesPolls(server))
	check.SameIDs(t, "hosts", ours.HostIDs(), server.HostIDs())
	hello, wanted := ours.WaitForHello(t, ""), server.WaitForHello(t, "")
	check.SameIDs(t, "fields of Hello", fieldsOf(hello), fieldsOf(wanted))
	check.SameIDs(t, "fields about the system", fieldsOf(hello.GetOsInfo()), fieldsOf(wanted.GetOsInfo()))
	check.SameIDs(t, "fields about the build", fieldsOf(hello.GetBuildInfo()), fieldsOf(wanted.GetBuildInfo()))
	for _, field := range []func(*v1.BatonServiceHelloRequest_OSInfo) string{
		(*v1.BatonServiceHelloRequest_OSInfo).GetHostname, (*v1.BatonServiceHelloRequest_OSInfo).GetOs,
		(*v1.BatonServiceHelloRequest_OSInfo).GetPlatform, (*v1.BatonServiceHelloRequest_OSInfo).GetKernelVersion,
		(*v1.BatonServiceHelloRequest_OSInfo).GetKernelArch,
	} {
		check.Equal(t, "a field about the system", field(hello.GetOsInfo()), field(wanted.GetOsInfo()))
	}
}

// A pod that is stopped: it hands back its running task for another one.
func TestServiceModeStops(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{ReportPolls: program.ReportPolls{Pending: 1000}})
	server := conductorone.Start(t)
	service := program.StartService(t, percipio, server.Env())
	id := server.Add(v1.Task_builder{SyncFull: &v1.Task_SyncFullTask{}}.Build())
	server.WaitForHeartbeats(t, id, 2)
	result := service.Stop(t)
	check.Equal(t, "exit code after SIGTERM", result.ExitCode, 0)
	finished := server.Finished(t, id)
	check.That(t, finished.HasError() && !finished.GetError().GetNonRetryable(), "the task ended with %v", finished)
	check.Equal(t, "files of the task", len(server.Uploads(id)), 0)
	check.NoIDs(t, "temporary files", service.TemporaryFiles(t))
}

// Our program rejects the same client secrets as the SDK.
func TestServiceModeCredentials(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{Users: 1, Courses: 1, ActivityRows: 1})
	for what, secret := range map[string]string{
		"three parts":     "secret-token:v1:e30",
		"another version": "secret-token:conductorone.com:v2:e30",
		"not base64url":   "secret-token:conductorone.com:v1:***",
		"not a key":       "secret-token:conductorone.com:v1:e30",
		"not JSON":        "secret-token:conductorone.com:v1:aGVsbG8",
	} {
		t.Run(what, func(t *testing.T) {
			_, err := crypto.ParseClientSecret([]byte(secret), false)
			check.That(t, err != nil, "the SDK takes %q", secret)
			result := program.TryService(t, percipio, "a-b-1@127.0.0.1:1/client", secret)
			check.Equal(t, "exit code", result.ExitCode, 2)
			check.That(t, strings.Contains(string(result.Stderr), "BATON_CLIENT_SECRET: "), "it does not say what is wrong: %s", result.Stderr)
		})
	}
}

// isSynced waits for the end of a sync task, and compares the uploaded file with the truth.
func isSynced(t *testing.T, server *conductorone.Server, id string, truth program.Truth) {
	t.Helper()
	finished := server.Finished(t, id)
	check.That(t, finished.HasSuccess(), "the task ended with %v", finished)
	check.Equal(t, "code of success", codes.Code(finished.GetStatus().GetCode()), codes.OK)
	uploads := server.Uploads(id)
	if len(uploads) != 1 {
		t.Fatalf("there are %d files of the task", len(uploads))
	}
	chunks := uploads[0].Chunks
	check.That(t, len(chunks) > 1, "the file came in %d message", len(chunks))
	for _, size := range chunks[:len(chunks)-1] {
		check.Equal(t, "bytes in a message", size, uploadChunk)
	}
	path := filepath.Join(t.TempDir(), id+".c1z")
	check.Succeeds(t, "keep the file", os.WriteFile(path, uploads[0].Bytes, 0o600))
	listsTruth(t, readWithSDK(t, path), truth)
}

// provesIdentity compares a token request with what the SDK sends: the server has verified the signature and the values
// of iss, sub and aud, but would accept additional and other fields.
func provesIdentity(t *testing.T, request conductorone.TokenRequest) {
	t.Helper()
	check.SameIDs(t, "fields of the form", names(request.Form), []string{"client_assertion", "client_assertion_type", "client_id", "grant_type"})
	check.SameIDs(t, "header of the assertion", names(request.Header), []string{"alg", "nonce"})
	check.SameIDs(t, "claims", names(request.Claims), []string{"aud", "exp", "iat", "iss", "nbf", "sub"})
	check.Equal(t, "alg", request.Header["alg"], any("EdDSA"))
	check.Equal(t, "length of nonce", len(fmt.Sprint(request.Header["nonce"])), 32)
	_, isText := request.Claims["aud"].(string)
	check.That(t, isText, "aud is %v", request.Claims["aud"])
	seconds := map[string]float64{}
	for _, claim := range []string{"exp", "iat", "nbf"} {
		seconds[claim], _ = request.Claims[claim].(float64)
		check.Equal(t, claim+" in whole seconds", seconds[claim], math.Trunc(seconds[claim]))
	}
	check.Equal(t, "exp after iat", seconds["exp"]-seconds["iat"], 120)
	check.Equal(t, "nbf before iat", seconds["iat"]-seconds["nbf"], 120)
	check.That(t, strings.HasPrefix(request.UserAgent, "baton-c1-credential-provider baton-sdk/"), "the user agent is %q", request.UserAgent)
}

func showsNoSecret(t *testing.T, server *conductorone.Server, percipio *program.Percipio, output []byte) {
	t.Helper()
	secrets := append(server.Secrets(), percipio.Token)
	for _, secret := range secrets {
		check.That(t, !strings.Contains(string(output), secret), "a secret is shown")
	}
}

// callsBesidesPolls are the calls without polls.
func callsBesidesPolls(server *conductorone.Server) string {
	calls := slices.DeleteFunc(server.Calls(), func(call string) bool { return strings.HasPrefix(call, "GetTask") })
	return strings.Join(slices.Compact(calls), " ")
}

// fieldsOf are the names of the fields set in a message.
func fieldsOf(message proto.Message) []string {
	var all []string
	message.ProtoReflect().Range(func(field protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		all = append(all, string(field.Name()))
		return true
	})
	return all
}

func names[Value any](of map[string]Value) []string {
	var all []string
	for name := range of {
		all = append(all, name)
	}
	return all
}
