package interop

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	v1 "github.com/conductorone/baton-sdk/pb/c1/connectorapi/baton/v1"

	"interop/internal/check"
	"interop/internal/goconnector"
	"interop/internal/program"
)

// The SDK's runner works with our simulated ConductorOne: it expects of a connector what the SDK's own does, and its
// responses are those that the runner accepts.
func TestConductorOneSimulator(t *testing.T) {
	truth, err := goconnector.NewTruth()
	check.Succeeds(t, "make the data", err)
	for name, variables := range map[string][]string{"GetTask": nil, "GetTasks": {"BATON_GET_TASKS=true"}} {
		t.Run(name, func(t *testing.T) {
			conductorone := program.StartConductorOne(t)
			connector := program.StartGoConnector(t, append(append(conductorone.Env(), "BATON_HOST_ID=host-of-the-test"), variables...))
			for range 2 {
				id := conductorone.Add(t, v1.Task_builder{SyncFull: v1.Task_SyncFullTask_builder{StorageEngine: "sqlite"}.Build()}.Build())
				finished := conductorone.Finished(t, id)
				check.That(t, finished.HasSuccess(), "the task ended with %v", finished)
				holds(t, uploadOf(t, conductorone, id).Path, truth)
			}
			user, course := &v2.ResourceId{ResourceType: "user", Resource: "u"}, &v2.ResourceId{ResourceType: "course", Resource: "c"}
			id := conductorone.Add(t, v1.Task_builder{Grant: v1.Task_GrantTask_builder{
				Principal:   &v2.Resource{Id: user},
				Entitlement: &v2.Entitlement{Id: "e", Resource: &v2.Resource{Id: course}},
			}.Build()}.Build())
			finished := conductorone.Finished(t, id)
			check.That(t, finished.HasError() && finished.GetError().GetNonRetryable(), "a grant ended with %v", finished)
			conductorone.Add(t, v1.Task_builder{Hello: &v1.Task_HelloTask{}}.Build())
			conductorone.WaitFor(t, "Hello", 2)

			result := connector.Interrupt(t)
			check.Equal(t, "exit code", result.ExitCode, 0)
			state := conductorone.State(t)
			check.SameIDs(t, "first calls", state.Calls[:2], []string{"token", "Hello"})
			check.That(t, slices.Contains(state.Calls, name) && slices.Contains(state.Calls, "Heartbeat"), "calls were %v", slices.Compact(state.Calls))
			check.SameIDs(t, "hosts", state.HostIDs, []string{"host-of-the-test"})
			hello := &v1.BatonServiceHelloRequest{}
			check.Succeeds(t, "read Hello", proto.Unmarshal(state.Hellos[0], hello))
			check.Equal(t, "name in Hello", hello.GetConnectorMetadata().GetDisplayName(), "Teams")
		})
	}
}

// A heartbeat cancels a sync that takes longer than one of them, and failed calls are retried.
func TestConductorOneSimulatorFaults(t *testing.T) {
	truth, err := goconnector.NewTruth()
	check.Succeeds(t, "make the data", err)
	conductorone := program.StartConductorOne(t)
	conductorone.Fail(t, "Hello", int(codes.Unavailable), 1)
	conductorone.Fail(t, "GetTask", int(codes.Unavailable), 1)
	conductorone.Fail(t, "UploadAsset", int(codes.Unavailable), 1)
	program.StartGoConnector(t, conductorone.Env())
	id := conductorone.Add(t, v1.Task_builder{SyncFull: v1.Task_SyncFullTask_builder{StorageEngine: "sqlite"}.Build()}.Build())
	finished := conductorone.Finished(t, id)
	check.That(t, finished.HasSuccess(), "the task ended with %v", finished)
	holds(t, uploadOf(t, conductorone, id).Path, truth)
	calls := conductorone.State(t).Calls
	for call, want := range map[string]int{"Hello": 2, "UploadAsset": 2} {
		count := 0
		for _, each := range calls {
			if each == call {
				count++
			}
		}
		check.Equal(t, "calls of "+call, count, want)
	}
}

// The SDK's runner ends when ConductorOne rejects it.
func TestConductorOneSimulatorRefuses(t *testing.T) {
	conductorone, other := program.StartConductorOne(t), program.StartConductorOne(t)
	result := program.StartGoConnector(t, append(conductorone.Env(), "BATON_CLIENT_SECRET="+other.ClientSecret)).Wait(t)
	check.That(t, result.ExitCode != 0, "the runner ended with 0")
	check.That(t, strings.Contains(string(result.Stderr), "401"), "the runner says %s", result.Stderr)
	calls, err := json.Marshal(conductorone.State(t).Calls)
	check.Succeeds(t, "tell the calls", err)
	check.Equal(t, "calls", string(calls), `["token"]`)
}

func uploadOf(t *testing.T, conductorone *program.ConductorOne, id string) program.ConductorOneUpload {
	t.Helper()
	var found []program.ConductorOneUpload
	for _, upload := range conductorone.State(t).Uploads {
		if upload.TaskID == id {
			found = append(found, upload)
		}
	}
	if len(found) != 1 {
		t.Fatalf("there are %d files of the task", len(found))
	}
	return found[0]
}

// holds compares a file with the truth about the Go connector.
func holds(t *testing.T, path string, truth goconnector.Truth) {
	t.Helper()
	store := readWithSDK(t, path)
	resources, _ := readPages(t, "ListResources", func(token string) (*v2.ResourcesServiceListResourcesResponse, error) {
		return store.ListResources(t.Context(), &v2.ResourcesServiceListResourcesRequest{PageToken: token})
	})
	check.SameIDs(t, "resources", resourceKeys(resources), truth.ResourceKeys)
	entitlements, _ := readPages(t, "ListEntitlements", func(token string) (*v2.EntitlementsServiceListEntitlementsResponse, error) {
		return store.ListEntitlements(t.Context(), &v2.EntitlementsServiceListEntitlementsRequest{PageToken: token})
	})
	check.SameIDs(t, "entitlements", entitlementIDs(entitlements), truth.EntitlementIDs)
	check.SameIDs(t, "grants", grantIDs(readGrants(t, store, 0)), truth.GrantIDs)
}
